"""Escalation: unacknowledged alerts go to further channels (A32).

Only CRITICAL alerts that were announced escalate. Each delay is one step, taken once per opening;
the clock stops while the alert is acknowledged, and restarts if the acknowledgement is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.alerting.alert_channels import Channel
from domain.alerting.alerts import Alert, AlertKind, Step
from domain.incidents.incidents import Severity

_JUST_TOLD = timedelta(minutes=1)  # longer than from one look to the next


def delays_of(channels: Sequence[Channel]) -> list[float]:
    """The escalation delays of the configured channels, in seconds."""
    return sorted({channel.after for channel in channels if channel.after is not None})


def escalate(
    alert: Alert, now: datetime, delays: Sequence[float], *, silenced: bool = False
) -> Step | None:
    """The next escalation step of an unacknowledged alert; None if none is due."""
    due = next((delay for delay in delays if delay > alert.escalated_after), None)
    if due is None or not alert.open or alert.well_since is not None:
        return None
    if not _is_waiting(alert) or silenced:
        return (
            _with_next_revision(alert, waiting_since=None)
            if alert.waiting_since is not None
            else None
        )
    if alert.waiting_since is None:
        return _with_next_revision(alert, waiting_since=_clock_started_at(alert, now))
    if (now - alert.waiting_since).total_seconds() < due:
        return None
    return replace(
        _with_next_revision(alert, escalated_after=due), notification=AlertKind.ESCALATED
    )


def _is_waiting(alert: Alert) -> bool:
    in_hands = alert.acknowledged or alert.over
    return alert.announced and alert.severity is Severity.CRITICAL and not in_hands


def _clock_started_at(alert: Alert, now: datetime) -> datetime:
    """When the clock started: at the announcement, or when the acknowledgement was withdrawn."""
    told_at = alert.told_at
    return told_at if told_at is not None and timedelta(0) <= now - told_at < _JUST_TOLD else now


def _with_next_revision(alert: Alert, **changes: object) -> Step:
    return Step(replace(alert, revision=alert.revision + 1, **changes))  # type: ignore[arg-type]  # fields of Alert
