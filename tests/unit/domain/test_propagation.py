"""Who has a version, how long it took, and what complete means (X5, S97)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.propagation.propagation import (
    Presence,
    Propagation,
    Receipt,
    Start,
    merge,
    percentile,
    unknown_text,
)
from domain.propagation.propagation_roster import LIFETIME_MS, MISSING_MS, ServerProcess, roster

COMMITTED = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ALIVE = {"a": 2, "b": 1}
A = Receipt("a", 7, served_ms=1_010, clients=2, delays={0: 1, 20: 1})
B = Receipt("b", 7, served_ms=1_050, clients=1, delays={1: 1})


def look(
    *receipts: Receipt,
    alive: Mapping[str, int] = ALIVE,
    lost_streams: Mapping[str, int] | None = None,
    is_known: bool = True,
    after: float = 1,
    start: int | None = 1_000,
) -> Propagation:
    """Version 7, committed at 1000 ms, looked at so many seconds later."""
    now = COMMITTED + timedelta(seconds=after)
    receivers = {name: Presence(streams) for name, streams in alive.items()}
    receivers |= {
        name: Presence(streams, answers=False) for name, streams in (lost_streams or {}).items()
    }
    return merge(7, Start(COMMITTED, start), receipts, receivers, is_known=is_known, now=now)


def test_a_version_is_complete_when_all_receivers_have_it() -> None:
    result = look(A, B)
    assert (result.total, result.acked, result.complete) == (5, 5, True)
    assert (result.complete_ms, result.within_budget) == (210, True)
    assert (result.processes, result.slowest) == (2, "a client of a")


def test_a_process_that_has_said_nothing_is_waited_for_with_its_streams() -> None:
    result = look(A)
    assert (result.total, result.acked, result.complete) == (5, 3, False)
    assert (result.slowest, result.complete_ms, result.within_budget) == ("b", None, None)


def test_a_stream_that_has_not_taken_it_is_waited_for() -> None:
    result = look(A, Receipt("b", 7, served_ms=1_050, clients=1))
    assert (result.total, result.acked, result.complete) == (5, 4, False)
    assert result.slowest == "clients of b"


def test_an_older_version_is_no_receipt() -> None:
    assert look(A, Receipt("b", 6, served_ms=900)).slowest == "b"


def test_a_newer_version_is_one_and_the_first_of_them_counts() -> None:
    """A process that went from 6 to 9 never served 7, and its users have what 7 brought."""
    late = Receipt("b", 12, served_ms=9_000, clients=1, delays={0: 1})
    result = look(A, late, Receipt("b", 9, served_ms=1_100, clients=1, delays={0: 1}))
    assert (result.complete, result.complete_ms) == (True, 210)


def test_a_process_that_left_before_the_change_does_not_count() -> None:
    result = look(A, alive={"a": 2})
    assert (result.total, result.complete) == (3, True)


def test_a_lost_process_and_its_streams_are_unknown() -> None:
    """L4, S97: stopped before it had it, it may hold its clients on the old value."""
    result = look(A, alive={"a": 2}, lost_streams={"b": 2}, after=40)
    assert (result.total, result.acked, result.waiting) == (6, 3, 0)
    assert (result.unknown_processes, result.unknown_streams) == (1, 2)
    assert (result.complete, result.complete_ms, result.within_budget) == (False, None, None)
    assert result.slowest == "b"
    assert unknown_text(1, 2) == "unknown: 1 process, 2 streams"


@pytest.mark.parametrize("lost_streams", [{}, {"b": 9}])
def test_streams_that_waited_when_their_process_went_are_unknown(
    lost_streams: dict[str, int],
) -> None:
    died = Receipt("b", 7, served_ms=1_050, clients=9, delays={1: 4})
    result = look(A, died, alive={"a": 2}, lost_streams=lost_streams)
    assert (result.total, result.acked, result.complete) == (13, 8, False)
    assert (result.unknown_processes, result.unknown_streams) == (0, 5)


def test_a_stream_whose_connection_broke_is_unknown() -> None:
    broke = Receipt("b", 7, served_ms=1_050, clients=0, lost=1)
    result = look(A, broke, after=40)
    assert (result.total, result.acked, result.unknown_streams) == (5, 4, 1)
    assert (result.complete, result.within_budget) == (False, None)


def test_a_late_receiver_breaks_the_budget_despite_unknown_ones() -> None:
    result = look(A, alive={"a": 2, "c": 0}, lost_streams={"b": 1}, after=31)
    assert (result.waiting, result.within_budget, result.slowest) == (1, False, "c")
    slow = Receipt("a", 7, served_ms=32_000)
    assert look(slow, alive={"a": 0}, lost_streams={"b": 1}, after=60).within_budget is False


@pytest.mark.parametrize(
    ("process", "counts"),
    [
        (ServerProcess("p", beat_ms=99_000), True),
        (ServerProcess("p", beat_ms=50_000), False),  # silent, before or after the change
        (ServerProcess("p", beat_ms=59_000), False),
        (ServerProcess("p", beat_ms=59_000, left_ms=59_000), None),
        (ServerProcess("p", beat_ms=61_000, left_ms=61_000), False),
        (ServerProcess("p", beat_ms=60_000 - MISSING_MS - 1), None),
    ],
)
def test_the_roster_holds_processes_live_at_the_change(
    process: ServerProcess, counts: bool | None
) -> None:
    """Committed at 60 s, looked at 100 s: answers, is lost, or does not count."""
    receivers = roster([process], 60_000, 100_000)
    assert {name: presence.answers for name, presence in receivers.items()} == (
        {} if counts is None else {"p": counts}
    )
    assert LIFETIME_MS < 40_000


def test_a_process_that_started_with_it_has_it_and_says_nothing_about_time() -> None:
    result = look(A, Receipt("b", 7, served_ms=900_000, initial=True))
    assert (result.complete, result.complete_ms) == (True, 210)


def test_without_redis_nothing_is_complete() -> None:
    result = look(A, alive={"a": 2}, is_known=False)
    assert (result.total, result.acked) == (3, 3)
    assert (result.complete, result.complete_ms, result.slowest) == (False, None, "a client of a")


def test_propagation_without_live_processes_is_not_complete() -> None:
    result = look(alive={})
    assert (result.total, result.complete, result.p95_ms, result.slowest) == (0, False, None, None)


@pytest.mark.parametrize(
    ("served", "after", "within"),
    [(31_000, 31, True), (31_010, 31, False), (None, 30, None), (None, 30.1, False)],
)
def test_the_budget_is_30_seconds(served: int | None, after: float, within: bool | None) -> None:
    """S97: true or false, and open only as long as it can still be kept."""
    receipts = [Receipt("a", 7, served_ms=served)] if served else []
    assert look(*receipts, alive={"a": 0}, after=after).within_budget is within


def test_an_unannounced_commit_begins_with_its_first_receipt() -> None:
    """Direct SQL: there is no author to tell when it was."""
    assert look(A, B, start=None).complete_ms == 200


def test_a_clock_that_is_a_little_behind_gives_no_negative_time() -> None:
    assert look(Receipt("a", 7, served_ms=995), alive={"a": 0}).complete_ms == 0


def test_confirmations_are_shown_and_decide_nothing() -> None:
    result = look(Receipt("a", 7, served_ms=1_010, clients=2, confirmed=2), B)
    assert (result.confirmed, result.complete) == (2, False)


@given(st.dictionaries(st.integers(0, 60_000), st.integers(1, 5), min_size=1, max_size=40))
def test_p95_is_a_delay_that_95_percent_do_not_exceed(delays: dict[int, int]) -> None:
    p95, total = percentile(delays, 95), sum(delays.values())
    assert p95 in delays
    assert sum(n for delay, n in delays.items() if delay <= p95) >= 0.95 * total
    assert sum(n for delay, n in delays.items() if delay < p95) < 0.95 * total


@given(st.permutations([A, B, Receipt("c", 7, served_ms=1_020), Receipt("a", 3, served_ms=1)]))
def test_the_order_of_reports_does_not_matter(receipts: list[Receipt]) -> None:
    assert look(*receipts) == look(*reversed(receipts))
