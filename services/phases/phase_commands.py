"""The commands that create and edit phases (S16 to S18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from domain.metrics.criteria import Criterion
from domain.phases.phases import RampStep, RollbackPlan
from domain.platform.percent import Percent
from domain.platform.platforms import Platform


@dataclass(frozen=True, slots=True)
class FlagLink:
    """A flag that a phase switches on, with the percentage that it aims for."""

    flag_key: str
    target_percentage: Percent | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class PhaseDraft:
    """A phase to create. Without a position it comes last, without platforms it is for both."""

    key: str
    name: str
    description: str | None = None
    position: int | None = None
    platforms: Sequence[Platform] = tuple(Platform)
    planned_start_at: datetime | None = None
    planned_end_at: datetime | None = None
    steps: Sequence[RampStep] = ()
    criteria: Sequence[Criterion] = ()
    rollback_plan: RollbackPlan | None = None
    flags: Sequence[FlagLink] = ()
    cohort: bool = True
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PhaseRef:
    """A reference to a phase by its id or its key: exactly one of the two is set."""

    id: UUID | None = None
    key: str | None = None


class PhasePatch(TypedDict, total=False):
    """The fields that an update sets; absent ones stay as they are. Status is not one (S18)."""

    name: str
    description: str | None
    position: int
    platforms: Sequence[Platform]
    planned_start_at: datetime | None
    planned_end_at: datetime | None
    steps: Sequence[RampStep]
    criteria: Sequence[Criterion]
    rollback_plan: RollbackPlan | None
    flags: Sequence[FlagLink]
    cohort: bool
