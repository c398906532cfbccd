"""Maps each event to the jobs that follow from it (R4)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import UserType
from domain.events import (
    Event,
    IncidentChanged,
    MailQueued,
    PhaseChanged,
    UserSignedUp,
    WrittenEvent,
)
from domain.events.imports import BulkInvitationChanged
from domain.events.marketplace import LINK_REQUESTED, InvitationFollowedUp, OnboardingChanged
from domain.events.messages import SENT, MessageChanged
from domain.events.rehearsals import RehearsalMoved
from domain.events.webhooks import RedeliveryAsked
from domain.ids import UserId
from domain.incidents.incidents import ACTIVE_STATUSES
from domain.journeys.onboarding import STALLED_AFTER
from domain.marketplace import notifications as inbox
from domain.marketplace import nudges
from domain.marketplace.message_emails import AWAY_AFTER
from domain.marketplace.notifications import NotificationKind
from domain.overview.notices import notices_of
from domain.phases.phases import PhaseStatus
from domain.phases.rehearsal import STARTED
from jobs.queue import JobSpec, enqueue
from services.journeys import journeys
from services.marketplace import notifications
from services.metrics.metric_samples import count_events

RAMP = "phases.ramp"
COUNT_IMPACT = "phases.count_impact"
REHEARSE = "phases.rehearse"
SEND_MAIL = "mail.send"
FOLLOW_INCIDENT = "alerts.incident"
DELIVER = "webhooks.deliver"
REDELIVER = "webhooks.redeliver"
CHECK_STALLED = "onboarding.look_after"
NOTIFY_RECOVERY = "onboarding.works_again"
ALERT_SUPPORT = "onboarding.help"
SEND_BULK = "invitations.bulk"
EMAIL_UNREAD_MESSAGE = "messages.tell"
MAIL_NOTIFICATIONS = "notifications.mail"
SEND_NEW_LINK = "invitations.new_link"

E = TypeVar("E", bound=Event)
Route = Callable[[WrittenEvent], list[JobSpec]]


async def apply_consequences(session: AsyncSession, events: Sequence[WrittenEvent]) -> None:
    """Count the events, update journeys and inboxes, and enqueue jobs.

    All of that in the transaction of the events.
    """
    await count_events(session, events)
    await journeys.follow(session, events)
    await notifications.follow(session, events)
    jobs = [replace(job, event_id=item.id) for item in events for job in jobs_for(item)]
    await enqueue(session, jobs)


def jobs_for(recorded: WrittenEvent) -> list[JobSpec]:
    """The jobs that follow from an event; most have none."""
    route = _ROUTES.get(type(recorded.event))
    return [*(route(recorded) if route else ()), *_notifications(recorded)]


def _notifications(recorded: WrittenEvent) -> list[JobSpec]:
    """Who has not seen it in the app after a while is told by e-mail (M6).

    Messages have a job of their own.
    """
    kinds = {notice.kind for notice in notices_of(recorded)}
    if not kinds - {NotificationKind.MESSAGE}:
        return []
    payload = {"event_id": recorded.id}
    key = f"notifications:{recorded.id}"
    return [JobSpec(MAIL_NOTIFICATIONS, payload, inbox.AWAY_AFTER, key)]


def _route(kind: type[E], jobs: Callable[[E, WrittenEvent], list[JobSpec]]) -> Route:
    def jobs_of(recorded: WrittenEvent) -> list[JobSpec]:
        assert isinstance(recorded.event, kind)
        return jobs(recorded.event, recorded)

    return jobs_of


def _ramp_jobs(event: PhaseChanged, recorded: WrittenEvent) -> list[JobSpec]:
    """The next step of a ramp, at its time (A7).

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
    return [JobSpec(RAMP, payload, due - recorded.recorded_at, key)]


def _phase_jobs(event: PhaseChanged, recorded: WrittenEvent) -> list[JobSpec]:
    """The next step of the ramp; after a rollback, the count of affected people (L19)."""
    is_rollback = event.after is PhaseStatus.ROLLED_BACK is not event.before
    if not is_rollback or event.run_id is None:
        return _ramp_jobs(event, recorded)
    run_id = str(event.run_id)
    return [JobSpec(COUNT_IMPACT, {"run_id": run_id}, dedupe_key=f"impact:{run_id}")]


def _mail_jobs(event: MailQueued, _recorded: WrittenEvent) -> list[JobSpec]:
    return [mail_job(event.mail_id)]


def mail_job(mail_id: UUID) -> JobSpec:
    """One attempt to send an e-mail; a second job for the same e-mail is not added."""
    return JobSpec(SEND_MAIL, {"mail_id": str(mail_id)}, dedupe_key=f"mail:{mail_id}")


def _rehearsal_jobs(event: RehearsalMoved, _recorded: WrittenEvent) -> list[JobSpec]:
    """One job runs a rehearsal through all its stages (X4)."""
    if event.stage != STARTED:
        return []
    run_id = str(event.run_id)
    return [JobSpec(REHEARSE, {"run_id": run_id}, dedupe_key=f"rehearse:{run_id}")]


def _incident_jobs(event: IncidentChanged, _recorded: WrittenEvent) -> list[JobSpec]:
    """Alerts (S117), without a key, because each change may matter.

    At its end the people whom it had blocked are notified (X12).
    """
    payload = {"incident_id": str(event.incident_id)}
    ends = event.before in ACTIVE_STATUSES and event.after not in ACTIVE_STATUSES
    jobs = [JobSpec(FOLLOW_INCIDENT, payload)]
    return [*jobs, JobSpec(NOTIFY_RECOVERY, payload)] if ends else jobs


def _sign_up_jobs(event: UserSignedUp, recorded: WrittenEvent) -> list[JobSpec]:
    """A check five minutes after the sign-up (S72)."""
    has_setup = event.user_type is not UserType.ADMIN
    return [_check_stalled_job(event.user_id, recorded)] if has_setup else []


def _onboarding_jobs(event: OnboardingChanged, recorded: WrittenEvent) -> list[JobSpec]:
    """A check after each activity; and the support team is notified of requests for help (S44)."""
    jobs = []
    if event.action in nudges.ACTIVITIES:
        jobs.append(_check_stalled_job(event.user_id, recorded))
    if event.action in nudges.ABOUT_HELP:
        jobs.append(JobSpec(ALERT_SUPPORT, {"onboarding_id": str(event.onboarding_id)}))
    return jobs


def _check_stalled_job(user_id: UserId, recorded: WrittenEvent) -> JobSpec:
    """One job per person and activity; the job of an earlier activity does nothing."""
    since = recorded.recorded_at.isoformat()
    payload = {"user_id": str(user_id), "since": since}
    return JobSpec(CHECK_STALLED, payload, STALLED_AFTER, f"look-after:{user_id}:{since}")


def _bulk_jobs(event: BulkInvitationChanged, _recorded: WrittenEvent) -> list[JobSpec]:
    """Send what the limits allow at once; the sweep continues with the rest (M10)."""
    return [bulk_job(event.bulk_id)] if event.action in ("started", "extended") else []


def bulk_job(bulk_id: UUID) -> JobSpec:
    """Continue a bulk invitation; a second job for the same one is not added."""
    return JobSpec(SEND_BULK, {"bulk_id": str(bulk_id)}, dedupe_key=f"bulk:{bulk_id}")


def _message_jobs(event: MessageChanged, _recorded: WrittenEvent) -> list[JobSpec]:
    """An e-mail about a message that stays unread (M7)."""
    if event.action != SENT:
        return []
    payload = {
        "partnership_id": str(event.partnership_id),
        "side": event.side.value,
        "position": event.position,
    }
    return [JobSpec(EMAIL_UNREAD_MESSAGE, payload, AWAY_AFTER, f"message:{event.message_id}")]


def _follow_up_jobs(event: InvitationFollowedUp, _recorded: WrittenEvent) -> list[JobSpec]:
    """A couple that asked for a new link gets it unless something forbids it (M6)."""
    if event.action != LINK_REQUESTED:
        return []
    return [JobSpec(SEND_NEW_LINK, {"invitation_id": str(event.invitation_id)})]


def _redelivery_jobs(event: RedeliveryAsked, _recorded: WrittenEvent) -> list[JobSpec]:
    """Deliveries in order need no event, because each webhook has a cursor (A46)."""
    return [JobSpec(REDELIVER, {"delivery_id": str(event.delivery_id)})]


_ROUTES: dict[type[Event], Route] = {
    BulkInvitationChanged: _route(BulkInvitationChanged, _bulk_jobs),
    IncidentChanged: _route(IncidentChanged, _incident_jobs),
    RehearsalMoved: _route(RehearsalMoved, _rehearsal_jobs),
    PhaseChanged: _route(PhaseChanged, _phase_jobs),
    MailQueued: _route(MailQueued, _mail_jobs),
    RedeliveryAsked: _route(RedeliveryAsked, _redelivery_jobs),
    UserSignedUp: _route(UserSignedUp, _sign_up_jobs),
    OnboardingChanged: _route(OnboardingChanged, _onboarding_jobs),
    MessageChanged: _route(MessageChanged, _message_jobs),
    InvitationFollowedUp: _route(InvitationFollowedUp, _follow_up_jobs),
}
