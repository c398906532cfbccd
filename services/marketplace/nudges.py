"""Nudges people whose onboarding has stalled, and records who has left (S72, S73)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.models.onboarding import OnboardingProgress
from db.queries import nudges as queries
from db.queries import onboarding as onboarding_queries
from db.session import UnitOfWork
from domain.actors import Actor, system_actor
from domain.flags.guarded_operations import NUDGES
from domain.journeys import onboarding
from domain.journeys.onboarding import Step
from domain.mail import unsubscribing
from domain.marketplace import nudges as rules
from domain.marketplace.nudge_emails import Nudging, nudge_email
from domain.marketplace.nudges import NudgeKind, StallState
from domain.overview.journey_moves import ABANDONED, GAVE_UP
from services.flags import feature_gates
from services.journeys import onboarding_steps
from services.journeys.onboarding import forget_nudge, of_user, progress_of, record
from services.mail import mail
from settings import Settings

NUDGER = system_actor("nudges")


@dataclass(frozen=True, slots=True)
class Place:
    """The locked onboarding of a person who has not finished, and the step that is next."""

    row: OnboardingProgress
    step: Step


async def look(
    uow: UnitOfWork, settings: Settings, user_id: UUID, since: datetime
) -> datetime | None:
    """Send what is due to a person last active at `since`; returns when to check again.

    None: never, or a later activity has scheduled another check. While an incident affects the
    step, the person is recorded as blocked instead (X12).
    """
    place = await stand(uow, settings, user_id)
    if place is None or place.row.last_activity_at > since:
        return None
    row, step = place.row, place.step
    if rules.is_stuck(standing(row, step), uow.now):
        _mark(uow, row, step)
    incident = await incident_on(uow, step)
    if incident is not None and row.stuck_at_step is not None:
        await queries.record_blocked(uow.session, row.id, incident, step.key, uow.now)
    elif incident is None and await _may_nudge(uow, settings, place):
        await nudge(uow, settings, place, NudgeKind.STUCK)
    if rules.is_abandoned(standing(row, step), uow.now):
        row.left_at = uow.now
        record(uow, NUDGER, row, GAVE_UP if row.assistance_needed else ABANDONED)
    return rules.next_look(standing(row, step), uow.now, silenced=incident is not None)


async def stand(uow: UnitOfWork, settings: Settings, user_id: UUID) -> Place | None:
    """Lock the onboarding of a person; None where it is finished or has no next step."""
    row = await onboarding_queries.lock_of_user(uow.session, user_id)
    if row is None or row.completed_at is not None:
        return None
    killed = await feature_gates.killed_keys(uow.session, settings)
    out = await onboarding_steps.hidden_now(uow.session, user_id, row.user_type, killed)
    done = progress_of(row).done
    key = onboarding.next_step(row.user_type, done, lambda step: step.key not in out)
    step = onboarding.find_step(row.user_type, key) if key else None
    return Place(row, step) if step else None


async def incident_on(uow: UnitOfWork, step: Step) -> UUID | None:
    """Return the open incident that affects a step, or None."""
    incidents = await queries.incidents_on(uow.session, step.flag_keys)
    return next((incidents[key].id for key in step.flag_keys if key in incidents), None)


async def nudge(uow: UnitOfWork, settings: Settings, place: Place, kind: NudgeKind) -> None:
    """Show the nudge in the app; send an e-mail too from the second on, and after an incident."""
    row, step = place.row, place.step
    row.nudge_kind, row.nudge_step, row.nudged_at = kind, step.key, uow.now
    mails = kind is NudgeKind.WORKS_AGAIN or rules.by_mail(row.nudges_sent)
    if kind is NudgeKind.STUCK:
        row.nudges_sent += 1
    else:
        # The incident caused the delay, so the count starts again.
        row.last_activity_at, row.stuck_at_step, row.left_at = uow.now, None, None
    email = await queries.email_of(uow.session, row.user_id) if mails else None
    if email is not None:
        await mail.post(uow, NUDGER, nudge_email(email, kind, _nudging(settings, row, step)))
    record(uow, NUDGER, row, rules.NUDGED if kind is NudgeKind.STUCK else rules.WORKS_AGAIN)


async def dismiss(uow: UnitOfWork, actor: Actor) -> OnboardingProgress:
    """Mark the nudge as read; repeating it does nothing. Raises NotFound without an onboarding."""
    row = await _own(uow, actor)
    if row.nudge_kind is not None:
        forget_nudge(row)
        record(uow, actor, row, rules.DISMISSED)
    return row


async def allow(uow: UnitOfWork, actor: Actor, user_id: UUID | None, allowed: bool) -> bool:
    """Turn nudges of a person on or off; returns True where the setting has changed.

    Raises NotFound for a person without an onboarding.
    """
    row = await of_user(uow.session, user_id)
    locked = await onboarding_queries.lock(uow.session, row.id)
    if locked is None or locked.nudges_opted_out is not allowed:
        return False
    locked.nudges_opted_out = not allowed
    if not allowed:
        forget_nudge(locked)
    record(uow, actor, locked, "wants reminders" if allowed else "wants no reminders")
    return True


def standing(row: OnboardingProgress, step: Step) -> StallState:
    """Convert a row to the value that the rules use."""
    return StallState(
        row.last_activity_at,
        row.nudges_sent,
        opted_out=row.nudges_opted_out,
        marked=row.stuck_at_step == step.key,
        left=row.left_at is not None,
    )


async def _may_nudge(uow: UnitOfWork, settings: Settings, place: Place) -> bool:
    """Whether a nudge is due, and the flag of nudges is on for the person or does not exist."""
    if not rules.nudge_due(standing(place.row, place.step), uow.now):
        return False
    return await feature_gates.is_open_now(uow.session, NUDGES, place.row.user_id, settings)


def _mark(uow: UnitOfWork, row: OnboardingProgress, step: Step) -> None:
    if row.stuck_at_step != step.key:
        row.stuck_at_step = step.key
        record(uow, NUDGER, row, rules.STALLED)


async def _own(uow: UnitOfWork, actor: Actor) -> OnboardingProgress:
    row = await of_user(uow.session, actor.user_id)
    locked = await onboarding_queries.lock(uow.session, row.id)
    assert locked is not None
    return locked


def _nudging(settings: Settings, row: OnboardingProgress, step: Step) -> Nudging:
    base, code = settings.base_url, unsubscribing.sign(row.user_id, settings.signing_key)
    page = step.key.replace("_", "-")
    return Nudging(row.user_type, step, f"{base}/onboarding/{page}", f"{base}/unsubscribe/{code}")
