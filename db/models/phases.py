"""Launch phases, their flags, runs and snapshots (S1, decisions 1, 5, 6)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, Percentage, Timestamps, UuidKey, enum_column, reference
from domain.actors import ActorKind, ActorRef
from domain.phases.pauses import Pause, PauseAuthor
from domain.phases.phases import PhaseStatus, RunKind


class LaunchPhase(Timestamps, Base):
    """A stage of the launch; `started_at` and `ended_at` are those of its latest run."""

    __tablename__ = "launch_phases"
    __table_args__ = (
        CheckConstraint("key ~ '^[a-z][a-z0-9_]{1,62}$'", name="key"),
        CheckConstraint(
            "platforms <@ ARRAY['wedsync','wedme'] AND platforms <> '{}'", name="platforms"
        ),
        CheckConstraint("planned_end_at > planned_start_at", name="planned"),
        # A paused phase names who paused it; other phases do not (D3).
        CheckConstraint(
            "num_nonnulls(pause_author, paused_by_kind, paused_by_label, paused_at)"
            " = CASE WHEN status = 'paused' THEN 4 ELSE 0 END",
            name="pause",
        ),
        # At most one ACTIVE phase per platform (S1).
        Index(
            "uq_launch_phases_active_wedsync",
            text("(true)"),
            unique=True,
            postgresql_where=text("status = 'active' AND 'wedsync' = ANY(platforms)"),
        ),
        Index(
            "uq_launch_phases_active_wedme",
            text("(true)"),
            unique=True,
            postgresql_where=text("status = 'active' AND 'wedme' = ANY(platforms)"),
        ),
    )

    id: Mapped[UuidKey]
    key: Mapped[str] = mapped_column(unique=True)
    phase_name: Mapped[str]
    description: Mapped[str | None]
    position: Mapped[int] = mapped_column(server_default=text("0"))
    platforms: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    status: Mapped[PhaseStatus] = mapped_column(
        enum_column(PhaseStatus), server_default=PhaseStatus.PLANNED.value
    )
    planned_start_at: Mapped[datetime | None]
    planned_end_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    steps: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'"))
    success_criteria: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'"))
    rollback_plan: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    cohort_salt: Mapped[str | None]
    current_run_id: Mapped[UUID | None]
    step_index: Mapped[int | None]
    step_started_at: Mapped[datetime | None]
    pause_author: Mapped[PauseAuthor | None] = mapped_column(enum_column(PauseAuthor))
    paused_by_kind: Mapped[ActorKind | None] = mapped_column(enum_column(ActorKind))
    paused_by_id: Mapped[UUID | None]
    paused_by_label: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    @property
    def pause(self) -> Pause | None:
        """Return who paused it; None unless it is PAUSED."""
        if self.pause_author is None or self.paused_by_kind is None or self.paused_at is None:
            return None
        actor = ActorRef(self.paused_by_kind, self.paused_by_id, self.paused_by_label or "")
        return Pause(self.pause_author, actor, self.paused_at, self.pause_reason)

    @pause.setter
    def pause(self, pause: Pause | None) -> None:
        self.pause_author = pause.author if pause else None
        self.paused_by_kind = pause.actor.kind if pause else None
        self.paused_by_id = pause.actor.id if pause else None
        self.paused_by_label = pause.actor.label if pause else None
        self.paused_at = pause.at if pause else None
        self.pause_reason = pause.reason if pause else None


class LaunchPhaseFlag(Base):
    """A flag that a phase switches on.

    Without a target, the flag's own percentage counts (decision 1).
    """

    __tablename__ = "launch_phase_flags"
    __table_args__ = (
        Index(None, "flag_id"),
        CheckConstraint("target_percentage BETWEEN 0 AND 100", name="target_percentage"),
    )

    phase_id: Mapped[UUID] = mapped_column(reference("launch_phases"), primary_key=True)
    flag_id: Mapped[UUID] = mapped_column(
        reference("feature_flags", ondelete="RESTRICT"), primary_key=True
    )
    target_percentage: Mapped[Percentage | None]
    position: Mapped[int] = mapped_column(server_default=text("0"))


class PhaseRun(Base):
    """One activation of a phase and the data it was decided on (S95)."""

    __tablename__ = "phase_runs"
    __table_args__ = (UniqueConstraint("phase_id", "number"),)

    id: Mapped[UuidKey]
    phase_id: Mapped[UUID] = mapped_column(reference("launch_phases"))
    number: Mapped[int]
    kind: Mapped[RunKind] = mapped_column(enum_column(RunKind), server_default="live")
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[PhaseStatus | None] = mapped_column(enum_column(PhaseStatus))
    readiness: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'"))
    approvals: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'"))
    rehearsal: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))


class PhaseRunSnapshot(Base):
    """The values in force of a flag before a run held it, and the target of the run."""

    __tablename__ = "phase_run_snapshots"
    __table_args__ = (Index(None, "flag_id"),)

    run_id: Mapped[UUID] = mapped_column(reference("phase_runs"), primary_key=True)
    flag_id: Mapped[UUID] = mapped_column(reference("feature_flags"), primary_key=True)
    enabled: Mapped[bool]
    rollout_percentage: Mapped[Percentage]
    target_percentage: Mapped[Percentage | None]
    target_groups: Mapped[list[object]] = mapped_column(JSONB)
    version_before: Mapped[int]
    version_written: Mapped[int]
    taken_at: Mapped[Moment]
