"""Silences: planned work, during which no alerts are sent about what it affects (A28)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column
from domain.actors import ActorKind


class LaunchSilence(Base):
    """A silence. It can be ended early; it is never edited or deleted otherwise."""

    __tablename__ = "launch_silences"
    __table_args__ = (
        Index(None, "ends_at"),
        Index(None, "created_at", "id"),
        CheckConstraint("starts_at <= ends_at", name="ends_after_it_starts"),
    )

    id: Mapped[UuidKey]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    checks: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    holds_criteria: Mapped[bool] = mapped_column(server_default=text("true"))
    ended_early: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Moment]
    created_by_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    created_by_id: Mapped[UUID | None]
    created_by_label: Mapped[str]
