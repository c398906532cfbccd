"""In how many live processes a move is in force, and what nobody can see (D4)."""

from datetime import UTC, datetime

import pytest

from domain.propagation.propagation import Receipt
from domain.propagation.propagation_roster import LIFETIME_MS, MISSING_MS, ServerProcess
from domain.propagation.verifications import Verification, verify

NOW = 1_000_000
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
LIVE, SILENT, GONE = NOW - 1_000, NOW - LIFETIME_MS - 1, NOW - MISSING_MS - 1
HAS = Receipt("a", 7, served_ms=5)


def look(
    *receipts: Receipt, processes: tuple[ServerProcess, ...], all_asked: bool = True
) -> Verification:
    return verify(7, AT, receipts, processes, NOW, all_asked=all_asked)


A = ServerProcess("a", LIVE)
B = ServerProcess("b", LIVE)


@pytest.mark.parametrize(
    ("receipts", "processes", "verified", "summary"),
    [
        ([HAS], [A], True, "in force in 1 of 1 live process"),
        ([HAS], [A, B], False, "in force in 1 of 2 live processes"),
        ([HAS, Receipt("b", 7, 5)], [A, B], True, "in force in 2 of 2 live processes"),
        # A later version contains it, an older one does not.
        ([HAS, Receipt("b", 9, 5)], [A, B], True, "in force in 2 of 2 live processes"),
        ([HAS, Receipt("b", 6, 5)], [A, B], False, "in force in 1 of 2 live processes"),
        # Lost without it: unknown, with the streams that it had.
        (
            [HAS],
            [A, ServerProcess("b", SILENT, streams=2)],
            False,
            "in force in 1 of 1 live process; unknown: 1 process, 2 streams",
        ),
        # Lost with it: its streams that still waited are unknown, itself is not.
        (
            [HAS, Receipt("b", 7, 5, clients=3, delays={0: 2})],
            [A, ServerProcess("b", SILENT, streams=3)],
            False,
            "in force in 1 of 1 live process; unknown: 1 stream",
        ),
        ([HAS, Receipt("b", 7, 5)], [A, ServerProcess("b", SILENT)], True, "1 of 1 live process"),
        # A connection that broke before it had it.
        ([Receipt("a", 7, 5, lost=2)], [A], False, "1 of 1 live process; unknown: 2 streams"),
        # Who said goodbye, or has been silent for long, is nobody's server any more.
        ([HAS], [A, ServerProcess("b", LIVE, left_ms=LIVE)], True, "in 1 of 1 live process"),
        ([HAS], [A, ServerProcess("b", GONE, streams=2)], True, "in 1 of 1 live process"),
        ([HAS, Receipt("b", 7, 5, lost=4)], [A], True, "in 1 of 1 live process"),
        ([], [], False, "in force in 0 of 0 live processes"),
    ],
)
def test_a_verification_counts_processes_in_force(
    receipts: list[Receipt], processes: list[ServerProcess], verified: bool, summary: str
) -> None:
    verification = look(*receipts, processes=tuple(processes))
    assert verification.is_verified is verified
    assert verification.summary.endswith(summary)


def test_without_redis_the_others_are_unknown() -> None:
    verification = look(HAS, processes=(A,), all_asked=False)
    assert (verification.in_force, verification.live, verification.is_verified) == (1, 1, False)
    assert verification.summary == (
        "in force in 1 of 1 live process; unknown: all other processes (Redis does not answer)"
    )
