"""Stores alerts in the database: their incidents, and messages with their events (S68, S99)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from db.models.incidents import LaunchAlert, LaunchIncident
from db.queries import alerts as queries
from db.session import UnitOfWork
from domain.actors import system_actor
from domain.alerting.alert_causes import HEALTH_INCIDENT
from domain.alerting.alert_deliveries import Delivery
from domain.alerting.alert_texts import Briefing
from domain.alerting.alerts import Alert, AlertSource
from domain.events.alerts import AlertSent
from domain.health.health import CheckType
from domain.ids import IncidentId
from domain.incidents.incident_causes import of_check
from domain.incidents.incidents import Observation, Severity
from domain.platform.text_format import format_duration, moment
from services.incidents import incident_causes, incident_reads, suspects
from services.incidents.incidents import IncidentDraft

ACTOR = system_actor("alerts")
_MAX_SUSPECTS = 5
_LATE_AFTER = timedelta(seconds=60)


async def brief(uow: UnitOfWork, alert: Alert) -> Briefing:
    """Open or end the incident of an alert, and read the context for its message."""
    incident = await sync_incident(uow, alert)
    if incident is None:
        return Briefing()
    briefing = Briefing(incident.number, await _suspects(uow, incident))
    if alert.source is not AlertSource.INCIDENT:
        return briefing
    facts = await incident_reads.facts(uow.session, incident.id)
    return replace(briefing, title=facts.title, text=facts.description) if facts else briefing


async def _suspects(uow: UnitOfWork, incident: LaunchIncident) -> list[str]:
    query = suspects.SuspectQuery(incident, _MAX_SUSPECTS)
    suspect_changes = (await suspects.of_incidents(uow.session, [query])).get(query, [])
    return [
        f"{moment(item.change.at)} {item.change.actor_label}: {item.key or 'the phase'} "
        f"{item.change.action} ({', '.join(item.why)})"
        for item in suspect_changes
    ]


async def log_delivery(uow: UnitOfWork, message: Delivery, alert: Alert | None) -> bool:
    """Store a message, with its event once it is finished. Safe to repeat."""
    incident = (
        await sync_incident(uow, alert) if alert else await _incident(uow, message.incident_id)
    )
    message = replace(message, incident_id=incident.id if incident else None)
    stored = await queries.save_delivery(uow.session, message)
    if stored and message.finished_at is not None:
        uow.record(ACTOR, _event(message), occurred_at=message.finished_at)
    return stored


async def sync_incident(uow: UnitOfWork, alert: Alert) -> LaunchIncident | None:
    """Return the incident of an alert, after opening or ending it if that is still to be done.

    Alerts of health open incidents (S68), after an outage of the database too. An alert that begins
    in a silence has no incident until the silence is over (A28).
    """
    if alert.source is not AlertSource.HEALTH or alert.silenced_until is not None:
        return await _incident(uow, alert.incident_id)
    await queries.save_alert(uow.session, alert, uow.now)
    row = await queries.lock_alert(uow.session, alert.key)
    assert row is not None
    if row.revision <= alert.revision:  # otherwise another process has stored a newer revision
        await _open_or_end(uow, alert, row)
    return await _incident(uow, row.incident_id)


async def _open_or_end(uow: UnitOfWork, alert: Alert, row: LaunchAlert) -> None:
    if row.incident_opened_for != alert.opened_at:
        opened = await incident_causes.report(
            uow, ACTOR, _draft(alert, late=uow.now - alert.opened_at)
        )
        row.incident_id, row.incident_opened_for = opened.row.id, alert.opened_at
    elif alert.open:
        await incident_causes.observe(uow, alert.key, Observation(alert.text))
    if not alert.open and row.incident_closed_for != alert.opened_at:
        await incident_causes.mark_recovered(
            uow, ACTOR, alert.key, _resolution(alert), alert.resolved_at
        )
        row.incident_closed_for = alert.opened_at


async def _incident(uow: UnitOfWork, key: UUID | None) -> LaunchIncident | None:
    return await uow.session.get(LaunchIncident, key) if key else None


def _draft(alert: Alert, *, late: timedelta) -> IncidentDraft:
    lines = [alert.text, f"It began at {moment(alert.since)}."]
    if late > _LATE_AFTER:
        lines.append("It was recorded late because the database did not answer before.")
    return IncidentDraft(
        type=HEALTH_INCIDENT,
        severity=Severity.CRITICAL,
        title=alert.title,
        description="\n".join(lines),
        dedup_key=alert.key,
        first_bad_at=alert.since,
        detected_at=alert.opened_at,
        observation=Observation(alert.text),
        links=of_check(CheckType(alert.key.removeprefix("health:"))),
    )


def _resolution(alert: Alert) -> str:
    ended = alert.resolved_at or alert.opened_at
    return f"{alert.recovery or 'It works again.'} It took {format_duration(ended - alert.since)}."


def _event(message: Delivery) -> AlertSent:
    incident_id = message.incident_id
    return AlertSent(
        incident_id=IncidentId(incident_id) if incident_id else None,
        channel=message.channel,
        delivered=message.sent_at is not None,
        latency_ms=message.latency_ms,
        title=message.title,
    )
