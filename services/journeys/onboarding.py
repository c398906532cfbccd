"""The guided setup: the only writer of progress and of what is derived from it (decision 14).

Steps are completed by facts, by any actor and in any order: each use case
that could prove a step calls `refresh` in its own transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import Couple
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Supplier
from db.queries import couple_invitations, couple_members, couples, suppliers
from db.queries import onboarding as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid, NotFound
from domain.events.marketplace import OnboardingChanged
from domain.ids import OnboardingId, UserId
from domain.journeys import onboarding as rules
from domain.journeys.onboarding import OnboardingFacts, Progress
from domain.marketplace import nudges
from services.platform.texts import check_text

NOBODYS = "Only suppliers and couples have an onboarding."


async def of_user(session: AsyncSession, user_id: UUID | None) -> OnboardingProgress:
    """Return the onboarding of a person; raises NotFound for staff, tools and visitors."""
    row = (await queries.by_user(session, [user_id])).get(user_id) if user_id else None
    if row is None:
        raise NotFound(NOBODYS)
    return row


async def refresh(
    uow: UnitOfWork, actor: Actor, user_id: UUID, *, by_hand: str | None = None
) -> OnboardingProgress | None:
    """Complete the steps that the facts prove, and `by_hand`; None for people without steps."""
    supplier = await suppliers.lock_of_user(uow.session, user_id)
    couple = await couples.lock_of_user(uow.session, user_id) if supplier is None else None
    row = await queries.lock_of_user(uow.session, user_id)
    if row is None:
        return None
    facts = await _facts(uow.session, supplier, couple)
    keys = rules.proven(row.user_type, facts) | ({by_hand} if by_hand else set())
    _achieve(uow.now, facts, supplier, couple)
    before = progress_of(row)
    after = rules.check_off(before, keys, uow.now)
    fresh = tuple(key for key in after.done if key not in before.done)
    if fresh:
        _apply(uow, row, after, supplier or couple)
        arrives = after.is_complete and not before.is_complete
        action = nudges.COMPLETED if arrives else nudges.ADVANCED
        record(uow, actor, row, action, fresh)
    return row


async def refresh_couple(uow: UnitOfWork, actor: Actor, couple_id: UUID) -> None:
    """Refresh both partners of a couple: a step that one has completed counts for both."""
    for member in await couple_members.of_couple(uow.session, couple_id):
        await refresh(uow, actor, member.user_id)


async def complete_step(
    uow: UnitOfWork, actor: Actor, user_id: UUID | None, key: str
) -> OnboardingProgress:
    """Complete a step by hand; raises Invalid if no fact proves it (S43).

    So it does where the steps before it are not done (S83). Its flag is looked at before.
    """
    row = await of_user(uow.session, user_id)
    step = rules.find_step(row.user_type, key)
    if step is None:
        raise Invalid("There is no such step.", path=("step",))
    refreshed = await refresh(uow, actor, row.user_id)
    assert refreshed is not None
    done = progress_of(refreshed).done
    if key in done:
        return refreshed
    for earlier in rules.steps_before(row.user_type, key, done):
        raise Invalid(f"First comes “{earlier.title}”. {earlier.unproven}", path=("step",))
    if step.unproven:
        raise Invalid(step.unproven, path=("step",))
    return await refresh(uow, actor, row.user_id, by_hand=key) or refreshed


async def request_assistance(
    uow: UnitOfWork, actor: Actor, user_id: UUID | None, message: str | None
) -> OnboardingProgress:
    """Request help from a person; a repeated request replaces the message (S44)."""
    check_text(message, "message", rules.MAX_MESSAGE, argument=True)
    await of_user(uow.session, user_id)
    row = await queries.lock_of_user(uow.session, user_id) if user_id else None
    assert row is not None
    row.assistance_needed, row.assistance_requested_at = True, uow.now
    row.assistance_message = (message or "").strip() or None
    row.last_activity_at, row.left_at = uow.now, None
    forget_nudge(row)
    record(uow, actor, row, nudges.NEEDS_HELP)
    return row


async def answer_assistance(
    uow: UnitOfWork, actor: Actor, onboarding_id: UUID
) -> OnboardingProgress:
    """Mark a request for help as answered; repeating it does nothing. Raises NotFound."""
    row = await queries.lock(uow.session, onboarding_id)
    if row is None:
        raise NotFound("There is no Onboarding with this id.", path=("id",))
    if row.assistance_needed:
        _end_assistance(row)
        record(uow, actor, row, nudges.WAS_HELPED)
    return row


def progress_of(row: OnboardingProgress) -> Progress:
    """Convert a row to the value that the rules use."""
    times: Mapping[str, object] = row.step_completion_times
    done = {key: datetime.fromisoformat(str(at)) for key, at in times.items()}
    ordered = dict(sorted(done.items(), key=lambda item: item[1]))
    return Progress(row.user_type, row.created_at, ordered)


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: OnboardingProgress,
    action: str,
    completed: tuple[str, ...] = (),
) -> None:
    """Build the event of a change."""
    event = OnboardingChanged(
        onboarding_id=OnboardingId(row.id),
        user_id=UserId(row.user_id),
        side=row.user_type,
        action=action,
        percentage=row.total_completion_percentage,
        completed=completed,
    )
    uow.record(actor, event)


def forget_nudge(row: OnboardingProgress) -> None:
    """Dismiss the nudge that is shown."""
    row.nudge_kind = row.nudge_step = row.nudged_at = None


async def _facts(
    session: AsyncSession, supplier: Supplier | None, couple: Couple | None
) -> OnboardingFacts:
    if supplier is not None:
        has_profile = bool(supplier.business_name and supplier.vendor_type)
        return OnboardingFacts(has_profile, *await queries.supplier_facts(session, supplier.id))
    if couple is None:
        return OnboardingFacts()
    connected = await queries.couple_is_connected(session, couple.id)
    has_profile = bool(couple.partner1_name and couple.partner2_name)
    brought = await couple_invitations.has_any(session, couple.id)
    return OnboardingFacts(has_profile, has_connection=connected, has_invited_partner=brought)


def _achieve(
    now: datetime, facts: OnboardingFacts, supplier: Supplier | None, couple: Couple | None
) -> None:
    """Set the time of the first value: an invitation sent, or a connection made (S86)."""
    if supplier is not None and facts.has_invited:
        supplier.first_value_achieved = True
        supplier.first_value_at = supplier.first_value_at or now
    if supplier is not None and facts.has_connection:
        supplier.first_connection_at = supplier.first_connection_at or now
    if couple is not None and facts.has_connection:
        couple.first_connection_made = True
        couple.first_connection_at = couple.first_connection_at or now


def _apply(
    uow: UnitOfWork, row: OnboardingProgress, progress: Progress, owner: Supplier | Couple | None
) -> None:
    row.completed_steps = list(progress.done)
    row.step_completion_times = {key: at.isoformat() for key, at in progress.done.items()}
    row.current_step = rules.next_step(progress.side, progress.done)
    row.total_completion_percentage = progress.percentage
    row.stuck_at_step = row.left_at = None
    row.last_activity_at = uow.now
    forget_nudge(row)
    if progress.is_complete:
        row.completed_at = row.completed_at or uow.now
        _end_assistance(row)
    if owner is not None:
        owner.onboarding_completed = progress.is_complete
        owner.setup_progress = {
            "steps_completed": row.completed_steps,
            "current_step": row.current_step,
        }


def _end_assistance(row: OnboardingProgress) -> None:
    row.assistance_needed = False
    row.assistance_message = row.assistance_requested_at = None
