"""Rehearsals: their stages and durations (X4, S112)."""

from datetime import datetime

import strawberry

from domain.errors import LaunchError
from domain.phases import rehearsal as domain
from schema.enums import RehearsalStage, RehearsalStatus
from schema.scalars import Percent
from schema.types.errors import Error
from schema.types.phases import PhaseRun
from schema.types.propagation import Propagation


@strawberry.type(description="A step of the rehearsed ramp.")
class RehearsedStep:
    """A step of a rehearsal, with the share that a copy of the flags reached."""

    percentage: Percent = strawberry.field(description="The percentage of the step.")
    exposed: int = strawberry.field(description="How many synthetic users saw a flag.")
    people: int = strawberry.field(description="The number of synthetic users.")


@strawberry.type(description="A rehearsal of a launch on copies of its flags, without users.")
class Rehearsal:
    """A rehearsal, in which every hold and interval takes half a second."""

    status: RehearsalStatus = strawberry.field(description="Whether it runs, passed or failed.")
    stage: RehearsalStage = strawberry.field(description="The stage that it reached.")
    failure: str | None = strawberry.field(description="Why it failed.")
    steps: list[RehearsedStep] = strawberry.field(description="The ramp.")
    judgements: int = strawberry.field(description="How often the fault was judged.")
    detection_seconds: float | None = strawberry.field(
        description="Seconds from the fault to the first rule that detected it."
    )
    decision_seconds: float | None = strawberry.field(
        description="Seconds from the fault to the decision to roll back."
    )
    decided_by: str | None = strawberry.field(
        description="The key of the criterion that decided; a stand-in where the phase has none."
    )
    explanation: str | None = strawberry.field(description="Its verdict as a sentence.")
    propagation: Propagation | None = strawberry.field(
        description="How the rollback reached all processes and their synthetic clients."
    )
    ended_at: datetime | None = strawberry.field(description="When it ended.")

    @classmethod
    def of(cls, state: domain.Rehearsal) -> "Rehearsal":
        """Build the object from a rehearsal."""
        people = len(domain.PEOPLE)
        return cls(
            status=state.status,
            stage=state.stage,
            failure=state.failure,
            steps=[
                RehearsedStep(percentage=item.percentage, exposed=item.people, people=people)
                for item in state.exposed
            ],
            judgements=state.ticks,
            detection_seconds=state.seconds_to(state.detected_at),
            decision_seconds=state.seconds_to(state.decided_at),
            decided_by=state.decided_by,
            explanation=state.explanation,
            propagation=Propagation.of(state.propagation) if state.propagation else None,
            ended_at=state.ended_at,
        )


@strawberry.type(description="A rehearsal that was started.")
class RehearsalPayload:
    """The payload of a rehearsal: its run, which can be queried for progress."""

    run: PhaseRun | None = strawberry.field(description="The run.", default=None)
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "RehearsalPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
