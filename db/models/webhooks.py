"""Webhooks and their deliveries (A46)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.actors import ActorKind


class Webhook(Base):
    """A URL that receives events; the cursor ensures that none is lost.

    `last_seq` is the newest event that is done. The holder of the lease delivers; the rights of the
    creator are checked again for each delivery.
    """

    __tablename__ = "webhooks"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[UuidKey]
    url: Mapped[str]
    document: Mapped[str]
    secret: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    paused_reason: Mapped[str | None]
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[Moment]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[Moment]


class WebhookDelivery(Base):
    """One event for one webhook: the signed body and the response of the receiver."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_seq"),
        Index(None, "webhook_id", "created_at", "id"),
        Index(None, "created_at"),
    )

    id: Mapped[UuidKey]
    webhook_id: Mapped[UUID] = mapped_column(reference("webhooks"))
    event_seq: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    latency_ms: Mapped[int | None]
    created_at: Mapped[Moment]
    delivered_at: Mapped[datetime | None]
