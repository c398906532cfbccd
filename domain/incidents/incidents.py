"""Incident statuses and the transitions between them (S6, A30, A31)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import InvalidTransition


class Severity(StrEnum):
    """The severity of an incident."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class IncidentStatus(StrEnum):
    """The status of an incident."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Observation:
    """The latest measurement: a sentence, and its number if there is one."""

    explanation: str
    value: float | None = None
    unit: str = ""


class IncidentMove(StrEnum):
    """An action on an incident by a person or the system."""

    ACKNOWLEDGE = "acknowledge"
    RELEASE = "release"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"


ACTIVE_STATUSES = frozenset({IncidentStatus.OPEN, IncidentStatus.INVESTIGATING})
SEVERE = frozenset({Severity.HIGH, Severity.CRITICAL})

REOPEN_WINDOW = timedelta(minutes=15)

_MOVES = {
    IncidentMove.ACKNOWLEDGE: (ACTIVE_STATUSES, IncidentStatus.INVESTIGATING),
    IncidentMove.RELEASE: (frozenset({IncidentStatus.INVESTIGATING}), IncidentStatus.OPEN),
    IncidentMove.RESOLVE: (ACTIVE_STATUSES, IncidentStatus.RESOLVED),
    IncidentMove.REOPEN: (
        frozenset({IncidentStatus.RESOLVED, IncidentStatus.CLOSED}),
        IncidentStatus.OPEN,
    ),
    IncidentMove.CLOSE: (frozenset({IncidentStatus.RESOLVED}), IncidentStatus.CLOSED),
}


def next_status(status: IncidentStatus, move: IncidentMove) -> IncidentStatus:
    """The status after an action; raises InvalidTransition naming the possible ones."""
    allowed, target = _MOVES[move]
    if status not in allowed:
        possible = [other.name for other, (sources, _) in _MOVES.items() if status in sources]
        raise InvalidTransition(
            f"An incident that is {status} cannot be given the action {move}.", possible=possible
        )
    return target


def worse(one: Severity, other: Severity) -> Severity:
    """The more severe of two."""
    order = list(Severity)
    return max(one, other, key=order.index)


def onset(
    first_bad_at: datetime | None, detected_at: datetime, previous_end: datetime | None
) -> datetime | None:
    """The first bad sample of an episode; None if no sample is known.

    It lies neither before the end of the previous episode nor after the detection.
    """
    if first_bad_at is None:
        return None
    earliest = first_bad_at if previous_end is None else max(first_bad_at, previous_end)
    return min(earliest, detected_at)


def returns(resolved_at: datetime | None, now: datetime) -> bool:
    """True if a recurring cause reopens the incident instead of opening a new one (A30)."""
    return resolved_at is not None and now - resolved_at <= REOPEN_WINDOW
