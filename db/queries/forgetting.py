"""SQL that removes the name of a deleted person from records that are kept (S13)."""

from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change, IdempotencyKey, LaunchEvent
from db.models.incidents import LaunchIncident
from db.models.invitations import CoupleInvitation
from db.models.kills import FlagKill
from db.models.mail import Mail
from db.models.phases import PhaseRun
from db.models.silences import LaunchSilence
from db.models.webhooks import WebhookDelivery
from domain.actors import ActorKind

_ALLOW_SQL = text("SELECT set_config('launch.forget', :state, true)")


async def anonymize_actor(session: AsyncSession, user_id: UUID, name: str) -> None:
    """Replace the name of a user in the log, the audit and launch records."""
    await session.execute(_ALLOW_SQL, {"state": "on"})
    for table in (LaunchEvent, Change, PhaseRun):
        is_actor = (table.actor_kind == ActorKind.USER) & (table.actor_id == user_id)
        await session.execute(update(table).where(is_actor).values(actor_label=name))
    await session.execute(_ALLOW_SQL, {"state": "off"})
    acknowledged = LaunchIncident.acknowledged_by_id == user_id
    await session.execute(
        update(LaunchIncident).where(acknowledged).values(acknowledged_by_label=name)
    )
    planned = LaunchSilence.created_by_id == user_id
    await session.execute(update(LaunchSilence).where(planned).values(created_by_label=name))
    switched = FlagKill.actor_id == user_id
    await session.execute(update(FlagKill).where(switched).values(actor_label=name))
    await _anonymize_approvals(session, user_id, name)


async def delete_emails(session: AsyncSession, emails: set[str]) -> None:
    """Delete all e-mails to these addresses, sent or not."""
    lowered = [email.lower() for email in emails]
    await session.execute(delete(Mail).where(func.lower(Mail.recipient).in_(lowered)))


async def delete_couple_invitations(session: AsyncSession, email: str) -> None:
    """Delete what a partner sent to this address: the couple stays, the address does not."""
    is_recipient = func.lower(CoupleInvitation.email) == email.lower()
    await session.execute(delete(CoupleInvitation).where(is_recipient))


async def anonymize_deliveries(session: AsyncSession, email: str, name: str) -> None:
    """Replace an e-mail in webhook deliveries, whose documents may have selected an actor."""
    body = WebhookDelivery.body
    deliveries = update(WebhookDelivery).where(body.contains(email, autoescape=True))
    await session.execute(deliveries.values(body=func.replace(body, email, name)))


async def delete_idempotency_keys(session: AsyncSession, user_id: UUID) -> None:
    """Delete the stored results of a user's idempotency keys."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.actor == f"user:{user_id}"))


async def _anonymize_approvals(session: AsyncSession, user_id: UUID, name: str) -> None:
    approvals_text: ColumnElement[str] = cast(PhaseRun.approvals, Text)
    query = select(PhaseRun).where(approvals_text.contains(str(user_id)))
    for run in await session.scalars(query):
        run.approvals = {
            step: _anonymize_approval(approval, user_id, name)
            for step, approval in run.approvals.items()
        }


def _anonymize_approval(approval: object, user_id: UUID, name: str) -> object:
    if not isinstance(approval, dict) or approval.get("id") != str(user_id):
        return approval
    return {**approval, "label": name}
