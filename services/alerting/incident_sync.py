"""What the database keeps of alerts: incidents, and messages with their events (S68, S99)."""

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
from domain.platform.text_format import moment, spoken
from services.incidents import incident_causes, incident_reads, suspects
from services.incidents.incidents import IncidentDraft

ACTOR = system_actor("alerts")
_MAX_CHANGES = 5
_LATE = timedelta(seconds=60)


async def brief(uow: UnitOfWork, alert: Alert) -> Briefing:
    """Open or end the incident of an alert, and read what a team wants to know."""
    incident = await settle(uow, alert)
    if incident is None:
        return Briefing()
    briefing = Briefing(incident.number, await _suspects(uow, incident))
    if alert.source is not AlertSource.INCIDENT:
        return briefing
    facts = await incident_reads.facts(uow.session, incident.id)
    return replace(briefing, title=facts.title, text=facts.description) if facts else briefing


async def _suspects(uow: UnitOfWork, incident: LaunchIncident) -> list[str]:
    wanted = suspects.SuspectQuery(incident, _MAX_CHANGES)
    found = (await suspects.of_incidents(uow.session, [wanted])).get(wanted, [])
    return [
        f"{moment(item.change.at)} {item.change.actor_label}: {item.key or 'the phase'} "
        f"{item.change.action} ({', '.join(item.why)})"
        for item in found
    ]


async def log(uow: UnitOfWork, message: Delivery, alert: Alert | None) -> bool:
    """Store a message; once it is at its end, with its event. May run twice without harm."""
    incident = await settle(uow, alert) if alert else await _incident(uow, message.incident_id)
    message = replace(message, incident_id=incident.id if incident else None)
    stored = await queries.save_delivery(uow.session, message)
    if stored and message.finished_at is not None:
        uow.record(ACTOR, _event(message), occurred_at=message.finished_at)
    return stored


async def settle(uow: UnitOfWork, alert: Alert) -> LaunchIncident | None:
    """The incident of an alert, after opening or ending it where that is still to be done.

    Health opens incidents of its own (S68), also afterwards: when the database was away.
    What begins in a silence has none before the silence is over (A28).
    """
    if alert.source is not AlertSource.HEALTH or alert.silenced_until is not None:
        return await _incident(uow, alert.incident_id)
    await queries.save_alert(uow.session, alert, uow.now)
    row = await queries.lock_alert(uow.session, alert.key)
    assert row is not None
    if row.revision <= alert.revision:  # otherwise somebody knows more than we do
        await _settle(uow, alert, row)
    return await _incident(uow, row.incident_id)


async def _settle(uow: UnitOfWork, alert: Alert, row: LaunchAlert) -> None:
    if row.incident_opened_for != alert.opened_at:
        opened = await incident_causes.report(
            uow, ACTOR, _draft(alert, late=uow.now - alert.opened_at)
        )
        row.incident_id, row.incident_opened_for = opened.row.id, alert.opened_at
    elif alert.open:
        await incident_causes.observe(uow, alert.key, Observation(alert.text))
    if not alert.open and row.incident_closed_for != alert.opened_at:
        await incident_causes.recovered(
            uow, ACTOR, alert.key, _resolution(alert), alert.resolved_at
        )
        row.incident_closed_for = alert.opened_at


async def _incident(uow: UnitOfWork, key: UUID | None) -> LaunchIncident | None:
    return await uow.session.get(LaunchIncident, key) if key else None


def _draft(alert: Alert, *, late: timedelta) -> IncidentDraft:
    lines = [alert.text, f"It began at {moment(alert.since)}."]
    if late > _LATE:
        lines.append("It is entered now because the database did not answer before.")
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
    return f"{alert.recovery or 'It works again.'} It took {spoken(ended - alert.since)}."


def _event(message: Delivery) -> AlertSent:
    found = message.incident_id
    return AlertSent(
        incident_id=IncidentId(found) if found else None,
        channel=message.channel,
        delivered=message.sent_at is not None,
        latency_ms=message.latency_ms,
        title=message.title,
    )
