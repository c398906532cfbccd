"""Explanations of flag values (X7)."""

from datetime import datetime

import strawberry

from schema.scalars import Percent
from schema.types.changes import Change
from services.flags.flag_evaluation import ExplainedEvaluation


@strawberry.type(description="Why a flag has its value for somebody.")
class FlagExplanation:
    """The decision, step by step (X7)."""

    bucket: Percent | None = strawberry.field(description="The bucket of the user, 0 to 99.99.")
    threshold: Percent | None = strawberry.field(
        description="The flag is on for buckets below this value."
    )
    matched_group: str | None = strawberry.field(description="The target group that decided.")
    steps: list[str] = strawberry.field(description="Each step of the decision.")
    caused_by: Change | None = strawberry.field(
        description="The change in force: the last one up to the moment that was evaluated."
    )
    next_change_at: datetime | None = strawberry.field(
        description="The next step of the ramp, as planned at the evaluated moment."
    )

    @classmethod
    def of(cls, result: ExplainedEvaluation) -> "FlagExplanation | None":
        """The reasons as the graph shows them; None if they were not requested."""
        explanation = result.explanation
        if explanation is None:
            return None
        return cls(
            bucket=explanation.bucket,
            threshold=explanation.threshold,
            matched_group=explanation.matched_group,
            steps=list(explanation.steps),
            caused_by=Change.of(result.caused_by) if result.caused_by else None,
            next_change_at=result.next_change_at,
        )
