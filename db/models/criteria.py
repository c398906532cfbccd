"""The state of criteria and thresholds, from which a restarted worker continues (X1, S64)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, reference


class CriterionStatus(Base):
    """The state of one criterion in one run of a phase."""

    __tablename__ = "criterion_statuses"

    run_id: Mapped[UUID] = mapped_column(reference("phase_runs"), primary_key=True)
    criterion_key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, object]] = mapped_column(JSONB)
    updated_at: Mapped[datetime]


class ThresholdStatus(Base):
    """The state of one threshold, which does not depend on a phase."""

    __tablename__ = "threshold_statuses"

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, object]] = mapped_column(JSONB)
    updated_at: Mapped[datetime]
