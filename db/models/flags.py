"""Feature flags and the version of the whole set (S2, S59, S61)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Percentage, Timestamps, TransactionId, UuidKey, enum_column, reference
from domain.flags.flags import BucketBy


class FeatureFlag(Timestamps, Base):
    """A flag. `salt` is the key it was created with, so that users keep their bucket for ever.

    `cohort_salt` replaces it once a phase with a cohort has switched the flag on (L21).

    `enabled` and `rollout_percentage` belong to the owner; the columns `run_*` are written by the
    run that holds the flag, and the last two are the values in force (D1, ADR 27).
    """

    __tablename__ = "feature_flags"
    __table_args__ = (
        CheckConstraint("flag_key ~ '^[a-z][a-z0-9_]{1,62}$'", name="flag_key"),
        CheckConstraint("rollout_percentage BETWEEN 0 AND 100", name="rollout_percentage"),
        CheckConstraint("jsonb_typeof(target_groups) = 'array'", name="target_groups"),
        CheckConstraint(
            "run_target BETWEEN 0 AND 100 AND run_step BETWEEN 0 AND 100 "
            "AND run_ceiling BETWEEN 0 AND 100",
            name="run_percentages",
        ),
        CheckConstraint(
            "run_id IS NOT NULL OR num_nonnulls(run_switch, run_target, run_step, run_ceiling) = 0",
            name="run_id",
        ),
        CheckConstraint("NOT zero_chosen OR rollout_percentage = 0", name="zero_chosen"),
        Index(None, "launch_phase_id"),
        Index(None, "created_at", "id"),
        Index(None, "run_id"),
    )

    id: Mapped[UuidKey]
    flag_key: Mapped[str] = mapped_column(unique=True)
    flag_name: Mapped[str]
    description: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("false"))
    rollout_percentage: Mapped[Percentage] = mapped_column(server_default=text("0"))
    target_groups: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'"))
    bucket_by: Mapped[BucketBy] = mapped_column(enum_column(BucketBy), server_default="user")
    client_visible: Mapped[bool] = mapped_column(server_default=text("true"))
    salt: Mapped[str]
    cohort_salt: Mapped[str | None]
    launch_phase_id: Mapped[UUID | None] = mapped_column(
        reference("launch_phases", ondelete="SET NULL")
    )
    version: Mapped[int] = mapped_column(server_default=text("1"))
    last_evaluated_at: Mapped[datetime | None]
    zero_chosen: Mapped[bool] = mapped_column(server_default=text("false"))
    xid: Mapped[TransactionId]  # of the last write, kept by a trigger
    run_id: Mapped[UUID | None] = mapped_column(reference("phase_runs", ondelete="SET NULL"))
    run_switch: Mapped[bool | None]
    run_target: Mapped[Percentage | None]
    run_step: Mapped[Percentage | None]
    run_ceiling: Mapped[Percentage | None]
    run_ceiling_by: Mapped[str | None]
    enabled_in_force: Mapped[bool] = mapped_column(
        Computed("coalesce(run_switch, enabled)", persisted=True)
    )
    percentage_in_force: Mapped[Percentage] = mapped_column(
        Computed(
            "coalesce(least(run_target, run_step, run_ceiling), rollout_percentage)",
            persisted=True,
        )
    )


class FlagSetEdit(Base):
    """A statement that wrote flags; a trigger records it until its transaction has a version."""

    __tablename__ = "flag_set_edits"

    xid: Mapped[TransactionId] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)


class FlagSetVersion(Base):
    """A single row.

    The version of the whole set, which grows with each transaction that wrote flags.

    `launch_number_events` updates it after the commit, so that no writer waits for this row.
    """

    __tablename__ = "flag_set_version"
    __table_args__ = (CheckConstraint("id", name="one_row"),)

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class FlagPropagation(Base):
    """How one version of the set reached all processes and clients (X5, S97).

    `finished_at` NULL: not known yet. `complete_ms` NULL with a result: not all have received it.
    `unknown_...`: lost before they had it. `commit_ms`: from the request to the commit.
    """

    __tablename__ = "flag_propagations"
    __table_args__ = (
        Index(None, "run_id"),
        Index(
            "ix_flag_propagations_unfinished",
            "started_at",
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    action: Mapped[str]
    run_id: Mapped[UUID | None] = mapped_column(reference("phase_runs", ondelete="SET NULL"))
    processes: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int] = mapped_column(server_default=text("0"))
    acked: Mapped[int] = mapped_column(server_default=text("0"))
    confirmed: Mapped[int] = mapped_column(server_default=text("0"))
    p95_ms: Mapped[int | None]
    complete_ms: Mapped[int | None]
    slowest: Mapped[str | None]
    unknown_processes: Mapped[int] = mapped_column(server_default=text("0"))
    unknown_streams: Mapped[int] = mapped_column(server_default=text("0"))
    p99_ms: Mapped[int | None]
    slowest_ms: Mapped[int | None]
    commit_ms: Mapped[int | None]


class FlagUse(Base):
    """When a flag was last evaluated, to the minute (A23)."""

    __tablename__ = "flag_usage"

    flag_key: Mapped[str] = mapped_column(primary_key=True)
    evaluated_at: Mapped[datetime]


class FlagExposure(Base):
    """How often a flag was served on or off, per five minutes, or per hour for old data."""

    __tablename__ = "flag_exposures"
    __table_args__ = (Index(None, "served_at"),)

    flag_key: Mapped[str] = mapped_column(primary_key=True)
    served_at: Mapped[datetime] = mapped_column(primary_key=True)
    resolution_seconds: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[bool] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)
