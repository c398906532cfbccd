"""Conversations of suppliers and couples, read positions and reports (M7)."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from db.models.couples import Partnership
from domain.marketplace.conversations import ConversationSide
from domain.marketplace.message_reports import ReportOutcome


class Conversation(Base):
    """The counters of a conversation, created with its first message.

    `revision` counts every change of its messages, `last_position` only new messages.
    """

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "last_message_at"),)

    partnership_id: Mapped[UUID] = mapped_column(
        reference("supplier_couple_connections"), primary_key=True
    )
    last_position: Mapped[int] = mapped_column(server_default=text("0"))
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    last_message_at: Mapped[Moment]


class Message(Base):
    """A message; `position` is dense within its conversation, `revision` grows when it changes.

    `sender_id` is null after its author has closed the account; the message remains for the other
    side.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("partnership_id", "position"),
        Index(None, "partnership_id", "revision"),
        Index(None, "sender_id"),
    )

    id: Mapped[UuidKey]
    partnership_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.partnership_id", ondelete="CASCADE")
    )
    position: Mapped[int]
    revision: Mapped[int]
    side: Mapped[ConversationSide] = mapped_column(enum_column(ConversationSide))
    sender_id: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    text: Mapped[str]
    sent_at: Mapped[Moment]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str | None]


class ConversationRead(Base):
    """How far a user has read, and up to which message they were notified by e-mail."""

    __tablename__ = "conversation_reads"
    __table_args__ = (Index(None, "user_id"),)

    partnership_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.partnership_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(reference("users"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"))
    read_at: Mapped[datetime | None]
    mailed_position: Mapped[int] = mapped_column(server_default=text("0"))
    mailed_at: Mapped[datetime | None]


class MessageReport(Base):
    """A report of a message by a participant; open until the staff resolves it."""

    __tablename__ = "message_reports"
    __table_args__ = (
        UniqueConstraint("message_id", "reporter_id"),
        Index(None, "reporter_id"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[UuidKey]
    message_id: Mapped[UUID] = mapped_column(reference("messages"))
    reporter_id: Mapped[UUID] = mapped_column(reference("users"))
    reason: Mapped[str]
    created_at: Mapped[Moment]
    resolved_at: Mapped[datetime | None]
    outcome: Mapped[ReportOutcome | None] = mapped_column(enum_column(ReportOutcome))


class Reported(NamedTuple):
    """A report with its message and the partnership in which it was sent."""

    report: MessageReport
    message: Message
    partnership: Partnership
