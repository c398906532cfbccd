"""Progress in the guided setup: one row per user with one writer (S4, decision 14)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, Timestamps, UuidKey, enum_column, reference
from domain.journeys.onboarding import OnboardingSide
from domain.marketplace.nudges import NudgeKind


class OnboardingProgress(Timestamps, Base):
    """The steps done, when they were done, and the current step."""

    __tablename__ = "user_onboarding_progress"
    __table_args__ = (
        CheckConstraint("total_completion_percentage BETWEEN 0 AND 100", name="percentage"),
        Index(
            "ix_user_onboarding_progress_unfinished",
            "last_activity_at",
            postgresql_where=text("completed_at IS NULL OR assistance_needed"),
        ),
    )

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"), unique=True)
    user_type: Mapped[OnboardingSide] = mapped_column(enum_column(OnboardingSide))
    current_step: Mapped[str | None]
    completed_steps: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'"))
    step_completion_times: Mapped[dict[str, object]] = mapped_column(
        JSONB, server_default=text("'{}'")
    )
    total_completion_percentage: Mapped[int] = mapped_column(server_default=text("0"))
    stuck_at_step: Mapped[str | None]
    assistance_needed: Mapped[bool] = mapped_column(server_default=text("false"))
    assistance_message: Mapped[str | None]
    assistance_requested_at: Mapped[datetime | None]
    last_activity_at: Mapped[Moment]
    completed_at: Mapped[datetime | None]
    nudges_sent: Mapped[int] = mapped_column(server_default=text("0"))
    nudges_opted_out: Mapped[bool] = mapped_column(server_default=text("false"))
    nudge_kind: Mapped[NudgeKind | None] = mapped_column(enum_column(NudgeKind))
    nudge_step: Mapped[str | None]
    nudged_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class BlockedUser(Base):
    """A user who stopped at a step while an incident affected it (X12)."""

    __tablename__ = "onboarding_holdups"
    __table_args__ = (Index(None, "incident_id"),)

    onboarding_id: Mapped[UUID] = mapped_column(
        reference("user_onboarding_progress"), primary_key=True
    )
    incident_id: Mapped[UUID] = mapped_column(reference("launch_incidents"), primary_key=True)
    step: Mapped[str]
    at: Mapped[Moment]
    told_at: Mapped[datetime | None]
