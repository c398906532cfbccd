"""The steps of a ramp (A7)."""

import strawberry

from db.models import phases as rows
from domain.actors import ActorKind, ActorRef
from domain.ids import parse_uuid
from domain.phases.phases import RampStep as DomainStep
from schema.context import Info
from schema.scalars import Percent
from schema.types.actors import Actor, load_actor


@strawberry.type(description="A step of a ramp: the most users that a phase may reach for a while.")
class RampStep:
    """A step of a ramp, with its approval."""

    index: int = strawberry.field(description="Its index, from 0.")
    percentage: Percent = strawberry.field(
        description="The most users that a flag of the phase may reach."
    )
    hold_seconds: int | None = strawberry.field(
        description="How long it lasts, in seconds; null: until somebody advances the phase."
    )
    requires_approval: bool = strawberry.field(description="Entered only by a person.")
    phase: strawberry.Private[rows.LaunchPhase]

    @strawberry.field(description="Who approved this step in the current run.")
    async def approved_by(self, info: Info) -> Actor | None:
        """Load it only if it is selected."""
        if self.phase.current_run_id is None:
            return None
        run = await info.context.loaders.run.load(self.phase.current_run_id)
        who = run.approvals.get(str(self.index)) if run else None
        if not isinstance(who, dict):
            return None
        key = parse_uuid(str(who["id"]))
        return await load_actor(info, ActorRef(ActorKind(who["kind"]), key, str(who["label"])))

    @classmethod
    def of(cls, phase: rows.LaunchPhase, index: int, step: DomainStep) -> "RampStep":
        """Build the object from a step."""
        return cls(
            index=index,
            percentage=step.percentage,
            hold_seconds=step.hold_seconds,
            requires_approval=step.requires_approval,
            phase=phase,
        )
