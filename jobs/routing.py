"""What follows from each event: one map, read at one glance (DESIGN rule 5)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import Event, IncidentChanged, MailQueued, PhaseChanged, RecordedEvent
from domain.rehearsal import STARTED
from domain.rehearsal_events import RehearsalMoved
from domain.webhook_events import RedeliveryAsked
from jobs.queue import JobSpec, enqueue
from services import journeys
from services.metric_samples import count_events

RAMP = "phases.ramp"
REHEARSE = "phases.rehearse"
SEND_MAIL = "mail.send"
FOLLOW_INCIDENT = "alerts.incident"
DELIVER = "webhooks.deliver"
REDELIVER = "webhooks.redeliver"

E = TypeVar("E", bound=Event)
Route = Callable[[RecordedEvent], list[JobSpec]]


async def enqueue_for(session: AsyncSession, events: Sequence[RecordedEvent]) -> None:
    """Add the jobs of these events, and count them, inside the transaction that wrote them."""
    await count_events(session, events)
    await journeys.follow(session, events)
    jobs = [replace(job, event_seq=item.seq) for item in events for job in jobs_for(item)]
    await enqueue(session, jobs)


def jobs_for(recorded: RecordedEvent) -> list[JobSpec]:
    """What the system does because of an event; most ask for nothing."""
    route = _ROUTES.get(type(recorded.event))
    return route(recorded) if route else []


def _route(kind: type[E], jobs: Callable[[E, RecordedEvent], list[JobSpec]]) -> Route:
    def found(recorded: RecordedEvent) -> list[JobSpec]:
        assert isinstance(recorded.event, kind)
        return jobs(recorded.event, recorded)

    return found


def _ramp(event: PhaseChanged, recorded: RecordedEvent) -> list[JobSpec]:
    """The next step of a ramp, at its time (SPEC A7).

    The due moment is part of the key: after a pause the same step is due at another one.
    """
    due = event.next_step_at
    if due is None or event.phase_id is None or event.run_id is None or event.step_index is None:
        return []
    payload = {
        "phase_id": str(event.phase_id),
        "run_id": str(event.run_id),
        "step_index": event.step_index,
        "due": due.isoformat(),
    }
    key = f"ramp:{event.run_id}:{event.step_index}:{due.isoformat()}"
    return [JobSpec(RAMP, payload, due - recorded.at, key)]


def _mail(event: MailQueued, _recorded: RecordedEvent) -> list[JobSpec]:
    mail_id = str(event.mail_id)
    return [JobSpec(SEND_MAIL, {"mail_id": mail_id}, dedupe_key=f"mail:{mail_id}")]


def _rehearse(event: RehearsalMoved, _recorded: RecordedEvent) -> list[JobSpec]:
    """One job carries a rehearsal through all its stages (SPEC X4)."""
    if event.stage != STARTED:
        return []
    run_id = str(event.run_id)
    return [JobSpec(REHEARSE, {"run_id": run_id}, dedupe_key=f"rehearse:{run_id}")]


def _incident(event: IncidentChanged, _recorded: RecordedEvent) -> list[JobSpec]:
    """Whom it concerns hears of it (S117). No key: each change may be the one that matters."""
    return [JobSpec(FOLLOW_INCIDENT, {"incident_id": str(event.incident_id)})]


def _redeliver(event: RedeliveryAsked, _recorded: RecordedEvent) -> list[JobSpec]:
    """Deliveries in their order need no event: the cursor of each webhook tells (SPEC A46)."""
    return [JobSpec(REDELIVER, {"delivery_id": str(event.delivery_id)})]


_ROUTES: dict[type[Event], Route] = {
    IncidentChanged: _route(IncidentChanged, _incident),
    RehearsalMoved: _route(RehearsalMoved, _rehearse),
    PhaseChanged: _route(PhaseChanged, _ramp),
    MailQueued: _route(MailQueued, _mail),
    RedeliveryAsked: _route(RedeliveryAsked, _redeliver),
}
