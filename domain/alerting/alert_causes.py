"""What causes an alert: failing health checks and severe incidents (S67, S68)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.alerting.alerts import AlertSource, Cause
from domain.alerting.silences import Silence, covering
from domain.health.health import (
    CHECK_NAMES,
    CheckState,
    CheckType,
    HealthSnapshot,
    HealthStatus,
    is_down,
    is_up,
)
from domain.incidents.incident_causes import health_key, is_explained
from domain.incidents.incidents import ACTIVE_STATUSES, SEVERE, IncidentStatus, Severity

HEALTH_INCIDENT = "health_check"
_HEALTH = "health:"


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """The current episode of an incident, as far as alerts need it (D5).

    `since` is its first bad sample, or the moment at which it became severe.
    """

    id: UUID
    type: str
    severity: Severity
    title: str
    description: str | None
    status: IncidentStatus
    dedup_key: str | None
    since: datetime
    updated_at: datetime
    resolution: str | None = None
    assigned: bool = False


def silenced_until(
    silences: Iterable[Silence], key: str, source: AlertSource, at: datetime
) -> datetime | None:
    """Return until when a cause is silenced (A28); None if it is not.

    A check is silenced by a silence that names it, an alert of a process by one of all checks.
    Incidents that people or criteria open are never silenced.
    """
    if source is AlertSource.INCIDENT:
        return None
    check = CheckType(key.removeprefix(_HEALTH)) if source is AlertSource.HEALTH else None
    silence = covering(silences, check, at)
    return silence.ends_at if silence else None


def causes_of(snapshot: HealthSnapshot) -> list[Cause]:
    """Return a cause for every check that is reliably up or down.

    A check that fails because another part fails opens no alert of its own (L17).
    """
    failing = {state.check for state in snapshot.checks if state.consecutive_failures}
    return [
        replace(_cause_of_check(state, snapshot.at), opens=not is_explained(state.check, failing))
        for state in snapshot.checks
        if _is_sure(state)
    ]


def _is_sure(state: CheckState) -> bool:
    return is_down(state) or is_up(state)


def _cause_of_check(state: CheckState, at: datetime) -> Cause:
    name = CHECK_NAMES[state.check]
    silent = state.status is HealthStatus.UNKNOWN and state.latest is HealthStatus.UNKNOWN
    down = is_down(state)
    return Cause(
        key=health_key(state.check),
        source=AlertSource.HEALTH,
        bad=down,
        severity=Severity.CRITICAL,
        title=f"{name} check {'does not answer' if silent else 'is critical'}",
        text=_failure_text(state, name) if down else _recovery_text(state, name),
        since=state.failing_since or state.since or at,
        at=state.checked_at or at,
    )


def _failure_text(state: CheckState, name: str) -> str:
    return f"{name}: {state.error or 'the check fails'}"


def _recovery_text(state: CheckState, name: str) -> str:
    if state.checked_at is None:
        return f"{name} is not checked any more."
    return f"{name} works again."


def cause_of(incident: IncidentFacts) -> Cause:
    """The cause of a severe incident: it lasts until the incident is resolved or downgraded."""
    active = incident.status in ACTIVE_STATUSES
    bad = active and incident.severity in SEVERE
    return Cause(
        key=incident.dedup_key or f"incident:{incident.id}",
        source=AlertSource.INCIDENT,
        bad=bad,
        severity=incident.severity,
        title=incident.title,
        text=(incident.description or "") if bad else _end_text(incident, active=active),
        since=incident.since,
        at=incident.updated_at,
        incident_id=incident.id,
        acknowledged=incident.status is IncidentStatus.INVESTIGATING or incident.assigned,
        over=not active,
        # An incident of a health check is alerted by the check.
        opens=incident.type != HEALTH_INCIDENT,
    )


def words_of(description: str | None, explanation: str | None, *, edited: bool) -> str:
    """The text of an alert about an incident: the latest measurement, then what people wrote."""
    written = description if edited or explanation is None else None
    return "\n".join(filter(None, (written, explanation)))


def _end_text(incident: IncidentFacts, *, active: bool) -> str:
    if active:
        return f"It is {incident.severity} now."
    return incident.resolution or "It is resolved."
