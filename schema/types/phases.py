"""Launch phases, their ramps, criteria and runs (S1, S17, A7, A8)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.codecs import criteria_of, plan_of, rehearsal_of, steps_of
from db.models import phases as rows
from db.reads import phases as reads
from domain.actors import ActorRef
from domain.phases import phases as domain
from domain.phases.verdicts import UNJUDGED
from schema.context import Info
from schema.directives import CostDirective
from schema.enums import PhaseAction, PhaseStatus, Platform, RunKind
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    encode_cursor,
)
from schema.planned import column, read_rows
from schema.types.actors import Actor, load_actor
from schema.types.criteria import CriterionStatus
from schema.types.node import Node, node_id
from schema.types.pauses import PhasePause
from schema.types.phase_flags import PhaseFlag
from schema.types.ramps import RampStep
from schema.types.readiness import LaunchReadiness
from schema.types.rollback_plans import RollbackPlan
from schema.types.verifications import PhaseVerification
from services.phases import pacing, phase_activation, phase_reads, reports

if TYPE_CHECKING:
    from schema.types.rehearsals import Rehearsal
    from schema.types.reports import LaunchReport


_PHASE, _RUN = rows.LaunchPhase, rows.PhaseRun


@strawberry.type(description="A launch phase.")
class LaunchPhase(Node):
    """A phase, as operators see it."""

    key: str = strawberry.field(description="The key.", metadata=column(_PHASE.key))
    name: str = strawberry.field(
        description="Its name for people.", metadata=column(_PHASE.phase_name)
    )
    description: str | None = strawberry.field(
        description="A description.", metadata=column(_PHASE.description)
    )
    position: int = strawberry.field(
        description="Its position on the timeline.", metadata=column(_PHASE.position)
    )
    platforms: list[Platform] = strawberry.field(
        description="The platforms on which it launches.", metadata=column(_PHASE.platforms)
    )
    status: PhaseStatus = strawberry.field(
        description="Its status.", metadata=column(_PHASE.status)
    )
    planned_start_at: datetime | None = strawberry.field(
        description="The planned start.", metadata=column(_PHASE.planned_start_at)
    )
    planned_end_at: datetime | None = strawberry.field(
        description="The planned end.", metadata=column(_PHASE.planned_end_at)
    )
    started_at: datetime | None = strawberry.field(
        description="When its latest run started.", metadata=column(_PHASE.started_at)
    )
    ended_at: datetime | None = strawberry.field(
        description="When its latest run ended.", metadata=column(_PHASE.ended_at)
    )
    cohort: bool = strawberry.field(
        description="Whether its flags share one cohort: the users of a step are then the same "
        "people for each of them.",
        metadata=column(reads.HAS_COHORT),
    )
    version: int = strawberry.field(
        description="Increases with every change.", metadata=column(_PHASE.version)
    )
    created_at: datetime = strawberry.field(
        description="When it was made.", metadata=column(_PHASE.created_at)
    )
    updated_at: datetime = strawberry.field(
        description="When it last changed.", metadata=column(_PHASE.updated_at)
    )
    row: strawberry.Private[rows.LaunchPhase]

    @strawberry.field(description="The steps of its ramp; empty: everybody at once.")
    def steps(self) -> list[RampStep]:
        """Return the steps in their order."""
        steps = steps_of(self.row.steps)
        return [RampStep.of(self.row, index, step) for index, step in enumerate(steps)]

    @strawberry.field(description="The current step; null if it is not live.")
    def current_step(self) -> RampStep | None:
        """Return the current step of a live phase."""
        steps, index = steps_of(self.row.steps), self.row.step_index
        if index is None or index >= len(steps) or not phase_reads.is_live(self.row):
            return None
        return RampStep.of(self.row, index, steps[index])

    @strawberry.field(description="Who paused it and why; null unless it is PAUSED.")
    def pause(self) -> PhasePause | None:
        """Return the pause, which is set and cleared with the status."""
        return PhasePause.of(self.row.pause) if self.row.pause else None

    @strawberry.field(description="When the ramp moves on by itself; null if it waits.")
    def next_step_at(self) -> datetime | None:
        """Return the time of the next step of an ACTIVE phase."""
        return phase_reads.next_step_at(self.row)

    @strawberry.field(description="Its success criteria with their current verdicts.")
    async def success_criteria(self, info: Info) -> list[CriterionStatus]:
        """Load the criteria in their order, with the verdicts of the latest run."""
        criteria, run_id = criteria_of(self.row.success_criteria), self.row.current_run_id
        states = await info.context.loaders.criteria.load(run_id) if criteria and run_id else None
        states_by_key = states or {}
        return [
            CriterionStatus.of(item, states_by_key.get(item.key, UNJUDGED)) for item in criteria
        ]

    @strawberry.field(
        description="Why the ramp does not take its next step; empty: nothing holds it."
    )
    async def held_by(self, info: Info) -> list[str]:
        """List why the ramp is held: health, criteria, incidents, error budget, people (X11)."""
        if not phase_reads.is_live(self.row):
            return []
        pacing_context = await info.context.pacing_context()
        async with info.context.db.read() as session:
            return await pacing.blockers_of_phase(
                session, self.row, pacing_context, info.context.now
            )

    @strawberry.field(
        description="Where the result of the last activation, advance, completion or rollback is "
        "in force now; null where none has changed a flag yet.",
        directives=[CostDirective(weight=2)],
    )
    async def verification(self, info: Info) -> PhaseVerification | None:
        """Load the verification of the latest run; an action that changed no flag is complete."""
        run_id = self.row.current_run_id
        verification = await info.context.loaders.verification.load(run_id) if run_id else None
        return PhaseVerification.of(verification) if verification else None

    @strawberry.field(description="Its rollback plan.")
    def rollback_plan(self) -> RollbackPlan | None:
        """Return the plan; null means that every flag is switched off at once."""
        plan = plan_of(self.row.rollback_plan)
        return RollbackPlan.of(plan) if plan else None

    @strawberry.field(
        description="The flags that it switches on.",
        metadata=read_rows(reads.FLAGS),
    )
    async def flags(self, info: Info) -> list[PhaseFlag]:
        """Load the flags in the order of the phase."""
        links = await info.context.loaders.phase_flags.load(self.row.id)
        return [PhaseFlag.of(link, self.row.current_run_id) for link in links or []]

    @strawberry.field(description="Its activations, newest first.")
    async def runs(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated["PhaseRun", strawberry.lazy("schema.types.phases")]]:
        """Return one page."""
        page = Page.of(first, after, last, before)
        async with info.context.db.read() as session:
            rows = await phase_reads.runs(session, self.row.id, page.numbers())
        return connection(
            Connection[PhaseRun], rows, page,
            cursor=lambda row: encode_cursor(row.number), wrap=PhaseRun.of,
        )  # fmt: skip

    @strawberry.field(
        description="Whether the phase is ready now.", directives=[CostDirective(weight=10)]
    )
    async def readiness(self, info: Info) -> LaunchReadiness:
        """Compute readiness; health checks older than 30 s are repeated first."""
        gate = await info.context.gate()
        async with info.context.db.read() as session:
            assessment = await phase_activation.assess(session, self.row.id, gate, info.context.now)
        return LaunchReadiness.of(assessment)

    @strawberry.field(description="The actions that are possible now.")
    def available_actions(self) -> list[PhaseAction]:
        """Return the actions that are possible now, for the buttons of a dashboard."""
        steps = steps_of(self.row.steps)
        return domain.available_actions(self.row.status, steps, self.row.step_index)

    @classmethod
    def of(cls, row: rows.LaunchPhase) -> "LaunchPhase":
        """Build the object from a database row."""
        return cls(
            id=node_id("LaunchPhase", row.id),
            key=row.key,
            name=row.phase_name,
            description=row.description,
            position=row.position,
            platforms=[Platform(name) for name in row.platforms],
            status=row.status,
            planned_start_at=row.planned_start_at,
            planned_end_at=row.planned_end_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            cohort=row.cohort_salt is not None,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            row=row,
        )


@strawberry.type(description="One activation of a phase.")
class PhaseRun(Node):
    """A run, from the activation to its end."""

    number: int = strawberry.field(
        description="1 for the first run of the phase.", metadata=column(_RUN.number)
    )
    kind: RunKind = strawberry.field(
        description="Live, or a rehearsal.", metadata=column(_RUN.kind)
    )
    started_at: datetime = strawberry.field(
        description="When it was activated.", metadata=column(_RUN.started_at)
    )
    ended_at: datetime | None = strawberry.field(
        description="When it ended.", metadata=column(_RUN.ended_at)
    )
    outcome: PhaseStatus | None = strawberry.field(
        description="Its outcome.", metadata=column(_RUN.outcome)
    )
    row: strawberry.Private[rows.PhaseRun]

    @strawberry.field(description="The phase.", metadata=read_rows(reads.OF_RUN))
    async def phase(self, info: Info) -> LaunchPhase:
        """Load the phase, which exists: runs are deleted with it."""
        row = await info.context.loaders.phase.load(self.row.phase_id)
        assert row is not None
        return LaunchPhase.of(row)

    @strawberry.field(description="What a rehearsal measured; null for a live run.")
    def rehearsal(
        self,
    ) -> Annotated["Rehearsal", strawberry.lazy("schema.types.rehearsals")] | None:
        """Return the rehearsal, which is stored with the run after each stage."""
        from schema.types.rehearsals import Rehearsal  # noqa: PLC0415 - the types refer to each other

        state = rehearsal_of(self.row.rehearsal)
        return Rehearsal.of(state) if state else None

    @strawberry.field(
        description="The report, so far if the run is live.", directives=[CostDirective(weight=20)]
    )
    async def report(
        self, info: Info
    ) -> Annotated["LaunchReport", strawberry.lazy("schema.types.reports")]:
        """Compute the report from the records of the run."""
        from schema.types.reports import LaunchReport  # noqa: PLC0415 - the types refer to each other

        killed = info.context.runtime.flags.kills.killed
        async with info.context.db.read() as session:
            report = await reports.report(session, self.row.id, info.context.now, killed)
        return LaunchReport.of(report)

    @strawberry.field(description="Who activated it.")
    async def activated_by(self, info: Info) -> Actor:
        """Load it only if it is selected."""
        row = self.row
        return await load_actor(info, ActorRef(row.actor_kind, row.actor_id, row.actor_label))

    @classmethod
    def of(cls, row: rows.PhaseRun) -> "PhaseRun":
        """Build the object from a database row."""
        return cls(
            id=node_id("PhaseRun", row.id),
            number=row.number,
            kind=row.kind,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            row=row,
        )
