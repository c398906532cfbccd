"""Alerts: when to notify people, without noise and without a database (S67, A25, A26, A30)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.incidents.incidents import Severity

FLAPPING_OPENINGS = 3
FLAPPING_WINDOW = timedelta(minutes=30)
OVERLAP = timedelta(minutes=2)  # by which observations of two workers may be out of order
ENDED_ALERT_KEPT = timedelta(days=1)  # so that a cause that returns finds its earlier openings


class AlertSource(StrEnum):
    """What an alert follows, and what ends it."""

    HEALTH = "health"
    INCIDENT = "incident"
    RAISED = "raised"


class AlertKind(StrEnum):
    """Why people are notified."""

    FIRING = "firing"
    WORSE = "worse"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Intervals of reminders, and how long a flapping alert must be well before it ends."""

    remind_after: timedelta = timedelta(minutes=15)
    settle_after: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Cause:
    """The state of a cause at the moment `at`. `acknowledged` None: unknown here.

    `opens` False: the cause updates an open alert but opens none. `over`: a person has ended the
    incident, whatever the check still says.
    """

    key: str
    source: AlertSource
    bad: bool
    severity: Severity
    title: str
    text: str
    since: datetime
    at: datetime
    incident_id: UUID | None = None
    acknowledged: bool | None = None
    opens: bool = True
    over: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """The state of an alert. Every change is a new `revision`; the newest of all stores wins.

    `silenced_until`: opened during a silence and not announced yet; `audible_since`: the end of it.
    `waiting_since` and `escalated_after` (seconds) belong to `domain.alerting.escalation`.
    """

    key: str
    source: AlertSource
    severity: Severity
    title: str
    text: str
    since: datetime
    opened_at: datetime
    seen_at: datetime
    revision: int = 1
    open: bool = True
    announced: bool = False
    told_at: datetime | None = None  # the last notification; Redis stores it under this name
    well_since: datetime | None = None
    resolved_at: datetime | None = None
    recovery: str | None = None
    acknowledged: bool = False
    over: bool = False
    incident_id: UUID | None = None
    openings: tuple[datetime, ...] = ()
    silenced_until: datetime | None = None
    audible_since: datetime | None = None
    waiting_since: datetime | None = None
    escalated_after: float = 0.0

    @property
    def flapping(self) -> bool:
        """True if it opened three times within half an hour: its end is then delayed."""
        return len(self.openings) >= FLAPPING_OPENINGS


@dataclass(frozen=True, slots=True)
class Step:
    """The next state of an alert and the notification to send; None sends nothing."""

    alert: Alert
    notification: AlertKind | None = None


_RULES = AlertRules()


def follow(
    alert: Alert | None,
    cause: Cause,
    now: datetime,
    rules: AlertRules = _RULES,
    *,
    silent: bool = False,
    silenced_until: datetime | None = None,
) -> Step | None:
    """The next step for a cause; None if nothing changes. `silent` suppresses notifications.

    `silenced_until` is the end of the silence that covers the cause (A28).
    """
    silent = silent or silenced_until is not None
    if alert is not None and _is_outdated(alert, cause):
        return None
    if alert is None or not alert.open:
        begins = cause.bad and cause.opens
        if not begins:
            return None
        return _open(alert, cause, now, silent=silent, silenced_until=silenced_until)
    if not _may_be_ended_by(alert, cause):
        return _copy_from_cause(alert, cause)
    if not cause.bad:
        return _recover(replace(alert, seen_at=cause.at), cause.text, now, rules)
    changed = _raise_severity(alert, cause, now, silent=silent) or _copy_from_cause(alert, cause)
    return changed or _keep_failing(alert, cause) or _due(alert, now, rules, silent=silent)


def pass_time(
    alert: Alert,
    now: datetime,
    rules: AlertRules = _RULES,
    *,
    silent: bool = False,
    silenced_until: datetime | None = None,
) -> Step | None:
    """The step that is due by time alone: late announcement, reminder, end of a flapping alert."""
    silent = silent or silenced_until is not None
    if not alert.open:
        return None
    if alert.silenced_until is not None and silenced_until is None:
        return _announce(alert, now, silent=silent)
    if alert.well_since is not None:
        return _recover(alert, alert.recovery or "", now, rules)
    return _due(alert, now, rules, silent=silent)


def newest(*stores: Mapping[str, Alert]) -> dict[str, Alert]:
    """Merge several stores: the newest revision of each alert (A26)."""
    latest: dict[str, Alert] = {}
    for store in stores:
        for key, alert in store.items():
            if key not in latest or alert.revision > latest[key].revision:
                latest[key] = alert
    return latest


def is_over(alert: Alert, now: datetime) -> bool:
    """True if the alert ended so long ago that it can be forgotten."""
    return not alert.open and now - (alert.resolved_at or alert.opened_at) > ENDED_ALERT_KEPT


def _is_outdated(alert: Alert, cause: Cause) -> bool:
    """True for an observation that is older than the last step.

    Rounds of two workers may overlap. An observation from long before means that clocks differ.
    """
    late = alert.seen_at - cause.at
    return cause.source is alert.source and timedelta(0) < late <= OVERLAP


def _announce(alert: Alert, now: datetime, *, silent: bool) -> Step:
    """Announce an alert that outlived its silence."""
    heard = replace(alert, silenced_until=None, audible_since=now)
    if silent or alert.well_since is not None:
        return Step(_revise(heard))
    return Step(_mark_announced(heard, now), AlertKind.FIRING)


def _open(
    before: Alert | None,
    cause: Cause,
    now: datetime,
    *,
    silent: bool,
    silenced_until: datetime | None,
) -> Step:
    openings = before.openings if before else ()
    recent = tuple(moment for moment in openings if now - moment <= FLAPPING_WINDOW)
    alert = Alert(
        key=cause.key,
        source=cause.source,
        severity=cause.severity,
        title=cause.title,
        text=cause.text,
        since=min(cause.since, now),
        opened_at=now,
        seen_at=cause.at,
        revision=before.revision + 1 if before else 1,
        announced=not silent,
        told_at=None if silent else now,
        acknowledged=bool(cause.acknowledged),
        incident_id=cause.incident_id,
        openings=(*recent, now),
        silenced_until=silenced_until,
    )
    return Step(alert, None if silent else AlertKind.FIRING)


def _may_be_ended_by(alert: Alert, cause: Cause) -> bool:
    """True if the cause may end this alert: it opened it, or it is the end of its incident."""
    raised = alert.source is AlertSource.RAISED and cause.source is AlertSource.INCIDENT
    return cause.source is alert.source or (raised and not cause.bad)


def _recover(alert: Alert, text: str, now: datetime, rules: AlertRules) -> Step | None:
    well_since = alert.well_since or now
    if alert.flapping and now - well_since < rules.settle_after:
        if alert.well_since is not None:
            return None
        return Step(_revise(alert, well_since=now, recovery=text))
    ended = _revise(alert, open=False, well_since=None, resolved_at=well_since, recovery=text)
    # No recovery message without a failure message (A25).
    return Step(ended, AlertKind.RESOLVED if alert.announced else None)


def _keep_failing(alert: Alert, cause: Cause) -> Step | None:
    if alert.well_since is None:
        return None
    changed = _revise(alert, well_since=None, recovery=None, text=cause.text, seen_at=cause.at)
    return Step(changed)


def _due(alert: Alert, now: datetime, rules: AlertRules, *, silent: bool) -> Step | None:
    if silent:
        return None
    if not alert.announced:
        return Step(_mark_announced(alert, now), AlertKind.FIRING)
    due = alert.told_at is None or now - alert.told_at >= rules.remind_after
    if due and not alert.acknowledged:
        return Step(_mark_announced(alert, now), AlertKind.REMINDER)
    return None


def _raise_severity(alert: Alert, cause: Cause, now: datetime, *, silent: bool) -> Step | None:
    ranks = list(Severity)
    if ranks.index(cause.severity) <= ranks.index(alert.severity):
        return None
    worse = replace(
        alert, severity=cause.severity, title=cause.title, text=cause.text, well_since=None
    )
    if silent or not alert.announced:
        return Step(_revise(worse))
    return Step(_mark_announced(worse, now), AlertKind.WORSE)


def _copy_from_cause(alert: Alert, cause: Cause) -> Step | None:
    """Copy acknowledgement and incident, so that reminders stop or start.

    The text of the cause is kept, so that a reminder is true when it is sent (L5).
    """
    acknowledged, over = alert.acknowledged, alert.over
    if cause.acknowledged is not None:
        acknowledged, over = cause.acknowledged, cause.over
    is_same_source = cause.bad and cause.source is alert.source
    learned = replace(
        alert,
        acknowledged=acknowledged,
        over=over,
        incident_id=alert.incident_id or cause.incident_id,
        title=cause.title if is_same_source else alert.title,
        text=cause.text if is_same_source else alert.text,
    )
    return None if learned == alert else Step(_revise(learned))


def _mark_announced(alert: Alert, now: datetime) -> Alert:
    return _revise(alert, announced=True, told_at=now)


def _revise(alert: Alert, **changes: object) -> Alert:
    return replace(alert, revision=alert.revision + 1, **changes)  # type: ignore[arg-type]  # fields of Alert
