"""SQL that deletes expired rows in batches that hold no lock for long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, literal_column, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.models.accounts import EmailConfirmation, LogInLink, PasswordReset, Session
from db.models.conversations import Conversation
from db.models.events import IdempotencyKey
from db.models.flags import FlagExposure, FlagPropagation
from db.models.incidents import AlertDelivery
from db.models.jobs import Tick
from db.models.mail import Mail
from db.models.metrics import KnownSeries
from db.models.notifications import Notification
from db.models.sendings import InvitationSending
from db.models.webhooks import Webhook, WebhookDelivery

Moments = InstrumentedAttribute[datetime]

SERIES_SEEN: Moments = KnownSeries.seen_at
TICK_CLAIMED: Moments = Tick.claimed_at
SESSION_EXPIRED: Moments = Session.expires_at
RESET_EXPIRED: Moments = PasswordReset.expires_at
LOG_IN_LINK_EXPIRED: Moments = LogInLink.expires_at
CONFIRMATION_EXPIRED: Moments = EmailConfirmation.expires_at
KEY_CREATED: Moments = IdempotencyKey.created_at
SENDING_AT: Moments = InvitationSending.at
# The messages of a conversation are deleted with it.
CONVERSATION_LAST_MESSAGE: Moments = Conversation.last_message_at
NOTIFICATION_CREATED: Moments = Notification.created_at
MAIL_CREATED: Moments = Mail.created_at
ALERT_CREATED: Moments = AlertDelivery.created_at
EXPOSURE_SERVED: Moments = FlagExposure.served_at
PROPAGATION_STARTED: Moments = FlagPropagation.started_at


async def read_clock(session: AsyncSession) -> datetime:
    """Return the time of the database server: one clock for all processes."""
    now: datetime = (await session.scalars(select(func.clock_timestamp()))).one()
    return now


async def delete_older(session: AsyncSession, column: Moments, before: datetime, batch: int) -> int:
    """Delete at most `batch` rows whose column is before a time; return how many were deleted."""
    return await _delete(session, column, (column < before,), batch)


async def delete_done_deliveries(session: AsyncSession, before: datetime, batch: int) -> int:
    """Delete at most `batch` deliveries before a time; return how many were deleted.

    One that waits stays: made anew it would have another id, and its receiver could not tell that
    it is a repeat.
    """
    position = select(Webhook.last_seq).where(Webhook.id == WebhookDelivery.webhook_id)
    waits = and_(
        WebhookDelivery.delivered_at.is_(None),
        WebhookDelivery.event_seq > position.scalar_subquery(),
    )
    column: Moments = WebhookDelivery.created_at
    return await _delete(session, column, (column < before, not_(waits)), batch)


async def _delete(
    session: AsyncSession, column: Moments, where: Sequence[ColumnElement[bool]], batch: int
) -> int:
    row: ColumnElement[object] = literal_column("ctid")
    old = select(row).select_from(column.class_).where(*where).limit(batch)
    deletion = (
        delete(column.class_)
        .where(row.in_(old.with_for_update(skip_locked=True)))
        .returning(column)
        .execution_options(synchronize_session=False)
    )
    return len((await session.scalars(deletion)).all())
