"""Incidents: states and the moves between them (SPEC S6, A31)."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    RESOLVED = "resolved"
    CLOSED = "closed"


ACTIVE_STATUSES = frozenset({IncidentStatus.OPEN, IncidentStatus.INVESTIGATING})
SEVERE = frozenset({Severity.HIGH, Severity.CRITICAL})
