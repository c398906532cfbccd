"""Metric samples, raw and rolled up (S3, A51)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Double, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.metrics.metrics import MetricKind


class LaunchMetric(Base):
    """One raw sample, kept for 48 hours."""

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
    # Insertion order: of samples with the same time, the last one is the newest (L13).
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    phase_id: Mapped[UUID | None] = mapped_column(reference("launch_phases", ondelete="SET NULL"))


class CustomMetric(Base):
    """A metric of an external tool. Its first kind and unit are kept; NULL: not declared (L13)."""

    __tablename__ = "custom_metrics"

    name: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(server_default=text("''"))
    kind: Mapped[MetricKind | None] = mapped_column(enum_column(MetricKind))


class KnownSeries(Base):
    """A name with tags that an external tool sent lately; their number is limited."""

    __tablename__ = "metric_series"

    metric_name: Mapped[str] = mapped_column(primary_key=True)
    tags_hash: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[Moment]


class LateMinute(Base):
    """A minute that received samples after it was folded, and is folded again.

    One row per arrival, so that writers do not wait for each other.
    """

    __tablename__ = "metric_late_minutes"
    __table_args__ = (Index(None, "minute_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    minute_at: Mapped[Moment]


class MetricRollup(Base):
    """Samples of a metric folded into a minute (kept 30 days) or an hour (kept a year)."""

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
    # Of the sample that is `last`; null if a process folded it itself, at `bucket_at`.
    last_at: Mapped[datetime | None]
    last_seq: Mapped[int | None] = mapped_column(BigInteger)
    histogram: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'"))
