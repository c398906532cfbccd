"""Incidents: the moves between their states (S6, A30, A31)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import InvalidTransition
from domain.incidents.incidents import IncidentMove as Move
from domain.incidents.incidents import IncidentStatus as Status
from domain.incidents.incidents import Severity, next_status, returns, worse

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)

ALLOWED = {
    (Status.OPEN, Move.ACKNOWLEDGE): Status.INVESTIGATING,
    (Status.INVESTIGATING, Move.ACKNOWLEDGE): Status.INVESTIGATING,
    (Status.INVESTIGATING, Move.RELEASE): Status.OPEN,
    (Status.OPEN, Move.RESOLVE): Status.RESOLVED,
    (Status.INVESTIGATING, Move.RESOLVE): Status.RESOLVED,
    (Status.RESOLVED, Move.REOPEN): Status.OPEN,
    (Status.CLOSED, Move.REOPEN): Status.OPEN,
    (Status.RESOLVED, Move.CLOSE): Status.CLOSED,
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("status", Status)
def test_each_move_from_each_status(status: Status, move: Move) -> None:
    if (status, move) in ALLOWED:
        assert next_status(status, move) is ALLOWED[status, move]
    else:
        with pytest.raises(InvalidTransition, match="possible: "):
            next_status(status, move)


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [(None, False), (timedelta(0), True), (timedelta(minutes=15), True),
     (timedelta(minutes=15, seconds=1), False)],
)  # fmt: skip
def test_a_cause_that_comes_back_soon_is_the_old_incident(
    resolved: timedelta | None, expected: bool
) -> None:
    assert returns(NOW - resolved if resolved is not None else None, NOW) is expected


def test_the_worse_severity_wins() -> None:
    assert worse(Severity.LOW, Severity.CRITICAL) is Severity.CRITICAL
    assert worse(Severity.HIGH, Severity.MEDIUM) is Severity.HIGH
