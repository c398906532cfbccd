"""Journey runs and their counts (S70, S80)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, enum_column
from domain.actors import VendorType
from domain.journeys.journey_counts import Measure
from domain.journeys.journeys import JourneyKey, Outcome


class JourneyRun(Base):
    """The journey of one person or invitation.

    It has no foreign key, so that counts outlive the subject.

    `done`: pairs of step and time, in order.
    """

    __tablename__ = "journey_runs"
    __table_args__ = (
        Index(
            "ix_journey_runs_moved_at_running",
            "moved_at",
            postgresql_where=text("outcome = 'running'"),
        ),
    )

    journey: Mapped[JourneyKey] = mapped_column(enum_column(JourneyKey), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_type: Mapped[VendorType | None] = mapped_column(enum_column(VendorType))
    started_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    step: Mapped[str | None]
    done: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'"))
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome), server_default="running")


class JourneyCount(Base):
    """The number of runs that began in a minute, hour or day; `step` '' is the whole journey.

    `durations`: for the measure `seconds`, the number of runs by bucket; the row's own `bucket` is
    -1.
    """

    __tablename__ = "journey_counts"

    resolution_seconds: Mapped[int] = mapped_column(primary_key=True)
    cohort_at: Mapped[datetime] = mapped_column(primary_key=True)
    journey: Mapped[JourneyKey] = mapped_column(enum_column(JourneyKey), primary_key=True)
    vendor_type: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[Measure] = mapped_column(enum_column(Measure), primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    durations: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))


class JourneyAddition(Base):
    """An addition to the counts: inserting it blocks no other writer, and it is folded later."""

    __tablename__ = "journey_additions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    began_at: Mapped[datetime]
    journey: Mapped[JourneyKey] = mapped_column(enum_column(JourneyKey))
    vendor_type: Mapped[str]
    step: Mapped[str]
    measure: Mapped[Measure] = mapped_column(enum_column(Measure))
    bucket: Mapped[int]
    number: Mapped[int]
