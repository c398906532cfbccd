"""Metric samples, raw and rolled up (S3, A51)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Double, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.metrics.metrics import MetricKind


class LaunchMetric(Base):
    """One sample, as it came. Kept 48 hours."""

    __tablename__ = "launch_metrics"
    __table_args__ = (
        Index("ix_launch_metrics_name_at", "metric_name", text("recorded_at DESC")),
        Index(None, "phase_id", "recorded_at"),
        Index(None, "recorded_at"),
    )

    id: Mapped[UuidKey]
    metric_name: Mapped[str]
    kind: Mapped[MetricKind] = mapped_column(enum_column(MetricKind))
    metric_value: Mapped[float] = mapped_column(Double)
    metric_unit: Mapped[str] = mapped_column(server_default=text("''"))
    tags: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'"))
    recorded_at: Mapped[Moment]
    # In the order of recording: the last of several samples of one moment is the newest (L13).
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    phase_id: Mapped[UUID | None] = mapped_column(reference("launch_phases", ondelete="SET NULL"))


class CustomMetric(Base):
    """A metric of an outside tool. Its first kind and unit are its own; NULL: not said (L13)."""

    __tablename__ = "custom_metrics"

    name: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(server_default=text("''"))
    kind: Mapped[MetricKind | None] = mapped_column(enum_column(MetricKind))


class KnownSeries(Base):
    """A name with its tags that an outside tool sent lately: how many there are is limited."""

    __tablename__ = "metric_series"

    metric_name: Mapped[str] = mapped_column(primary_key=True)
    tags_hash: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[Moment]


class LateMinute(Base):
    """A minute into which something came when it was folded already: folded again next.

    One row an arrival, so that whoever writes one waits for nobody.
    """

    __tablename__ = "metric_late_minutes"
    __table_args__ = (Index(None, "minute_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    minute_at: Mapped[Moment]


class MetricRollup(Base):
    """Samples of one metric folded into a bucket of a minute (kept 30 days) or an hour (a year)."""

    __tablename__ = "launch_metric_rollups"
    __table_args__ = (Index(None, "resolution_seconds", "bucket_at"),)

    metric_name: Mapped[str] = mapped_column(primary_key=True)
    resolution_seconds: Mapped[int] = mapped_column(primary_key=True)
    bucket_at: Mapped[datetime] = mapped_column(primary_key=True)
    tags_hash: Mapped[str] = mapped_column(primary_key=True, server_default=text("''"))
    tags: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'"))
    samples: Mapped[int]
    total: Mapped[float] = mapped_column(Double)
    minimum: Mapped[float] = mapped_column(Double)
    maximum: Mapped[float] = mapped_column(Double)
    last: Mapped[float] = mapped_column(Double)
    # Of the sample that is `last`. Null where a process folded it itself, at `bucket_at`.
    last_at: Mapped[datetime | None]
    last_seq: Mapped[int | None] = mapped_column(BigInteger)
    histogram: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'"))
