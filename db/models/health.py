"""Health samples and the current state of each check (S5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.health.health import CheckType, HealthStatus


class HealthReading(Base):
    """One sample of one check."""

    __tablename__ = "system_health_checks"
    __table_args__ = (
        Index("ix_system_health_checks_type_at", "check_type", text("checked_at DESC")),
        Index(None, "checked_at"),
        Index(None, "phase_id"),
    )

    id: Mapped[UuidKey]
    check_name: Mapped[str]
    check_type: Mapped[CheckType] = mapped_column(enum_column(CheckType))
    status: Mapped[HealthStatus] = mapped_column(enum_column(HealthStatus))
    response_time_ms: Mapped[int | None]
    error_message: Mapped[str | None]
    check_details: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'"))
    checked_at: Mapped[Moment]
    phase_id: Mapped[UUID | None] = mapped_column(reference("launch_phases", ondelete="SET NULL"))
    silenced: Mapped[bool] = mapped_column(server_default=text("false"))


class HealthCheckState(Base):
    """The damped state of a check; one row per check."""

    __tablename__ = "health_check_states"

    check_type: Mapped[CheckType] = mapped_column(enum_column(CheckType), primary_key=True)
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"), unique=True)
    state: Mapped[dict[str, object]] = mapped_column(JSONB)
    updated_at: Mapped[datetime]
