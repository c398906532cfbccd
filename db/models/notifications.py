"""Notifications of accounts, and the preferences for their delivery (M6)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.marketplace.conversations import ConversationSide
from domain.marketplace.notifications import NotificationKind


class Notification(Base):
    """An entry in the inbox of an account; names are read from the rows it refers to.

    `in_app` False: delivered by e-mail only. `count`: the number of messages it stands for; those
    of one conversation share an entry until it is read.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index(None, "user_id", "created_at", "id"),
        Index(
            "ix_notifications_unread",
            "user_id",
            postgresql_where=text("read_at IS NULL AND in_app"),
        ),
        Index(
            "uq_notifications_unread_messages",
            "user_id",
            "partnership_id",
            unique=True,
            postgresql_where=text("kind = 'message' AND read_at IS NULL"),
        ),
        Index(None, "event_id"),
        Index(None, "partnership_id"),
        Index(None, "client_id"),
        Index(None, "created_at"),
    )

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    kind: Mapped[NotificationKind] = mapped_column(enum_column(NotificationKind))
    side: Mapped[ConversationSide] = mapped_column(enum_column(ConversationSide))
    event_id: Mapped[int] = mapped_column(BigInteger)
    partnership_id: Mapped[UUID | None] = mapped_column(
        reference("supplier_couple_connections", ondelete="SET NULL")
    )
    client_id: Mapped[UUID | None] = mapped_column(reference("clients", ondelete="SET NULL"))
    in_app: Mapped[bool] = mapped_column(server_default=text("true"))
    count: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Moment]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


class NotificationPreference(Base):
    """The delivery of one kind to an account; without a row, in the app and by e-mail."""

    __tablename__ = "notification_preferences"

    user_id: Mapped[UUID] = mapped_column(reference("users"), primary_key=True)
    kind: Mapped[NotificationKind] = mapped_column(enum_column(NotificationKind), primary_key=True)
    in_app: Mapped[bool] = mapped_column(server_default=text("true"))
    email: Mapped[bool] = mapped_column(server_default=text("true"))
    updated_at: Mapped[Moment]
