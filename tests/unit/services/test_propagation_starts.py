"""When a version was committed, as far as is known (X5, S97)."""

from datetime import UTC, datetime, timedelta

from domain.propagation.propagation import Receipt, Start
from domain.propagation.propagation_roster import ServerProcess
from services.propagation.propagation import merged
from services.propagation.propagation_state import PropagationState

NOW = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
REQUESTED = Start(NOW - timedelta(seconds=12))
RECEIPTS = [Receipt("a", 7, served_ms=99_000), Receipt("b", 7, served_ms=99_400)]


def board(announced: Start | None = None) -> PropagationState:
    both = [ServerProcess(name, 99_900, 0) for name in "ab"]
    return PropagationState(100_000, both, RECEIPTS, {7: announced} if announced else {})


def test_an_unannounced_version_starts_with_its_first_process() -> None:
    """Found on a launch day: a request of 9 s passed for the moment of its commit."""
    propagation = merged([7], board(), {7: REQUESTED}, is_known=True, now=NOW)[7]
    assert propagation.started_at == NOW - timedelta(seconds=1)
    assert propagation.complete_ms == 400


def test_an_announced_version_starts_at_its_announcement() -> None:
    announced = Start(NOW - timedelta(seconds=2), 98_000)
    propagation = merged([7], board(announced), {7: REQUESTED}, is_known=True, now=NOW)[7]
    assert (propagation.started_at, propagation.complete_ms) == (announced.at, 1_400)


def test_a_version_without_receivers_starts_at_the_request() -> None:
    nobody = PropagationState(100_000, [ServerProcess("a", 99_900, 0)])
    propagation = merged([7], nobody, {7: REQUESTED}, is_known=True, now=NOW)[7]
    assert (propagation.started_at, propagation.complete) == (REQUESTED.at, False)
