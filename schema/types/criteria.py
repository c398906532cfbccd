"""Success criteria and their verdicts (A9, A10, X1)."""

from datetime import datetime

import strawberry

from domain.metrics import criteria as domain
from domain.metrics.metric_dependencies import checks_of
from domain.phases.verdicts import UNJUDGED, CriterionState, unit_of
from schema.enums import CheckType
from schema.guard_enums import Aggregation, Comparator, GuardAction, Verdict


@strawberry.type(description="A success criterion, such as: error_rate over 60 s below 2.")
class Criterion:
    """A success criterion."""

    key: str = strawberry.field(description="Its name within the phase.")
    metric: str = strawberry.field(description="The metric.")
    aggregation: Aggregation = strawberry.field(
        description="How the samples of a window become one number."
    )
    window_seconds: int = strawberry.field(description="The window in seconds.")
    comparator: Comparator = strawberry.field(
        description="How the value is compared with the threshold."
    )
    threshold: float = strawberry.field(description="The limit.")
    min_samples: int = strawberry.field(description="With fewer samples nothing is judged.")
    initial_delay_seconds: int = strawberry.field(
        description="Seconds after the activation before it is judged."
    )
    failure_limit: int = strawberry.field(
        description="The number of consecutive failures before it acts."
    )
    action: GuardAction = strawberry.field(description="The action that it then takes.")
    dry_run: bool = strawberry.field(description="It is judged and shown, but never acts.")
    depends_on: list[CheckType] | None = strawberry.field(
        description="The checks on which it depends; null: those of its metric."
    )
    checks: list[CheckType] = strawberry.field(
        description="The checks on which it depends: while one is silenced, it is not judged."
    )

    @classmethod
    def of(cls, criterion: domain.Criterion) -> "Criterion":
        """Build the object from a criterion."""
        return cls(
            key=criterion.key,
            metric=criterion.metric,
            aggregation=criterion.aggregation,
            window_seconds=criterion.window_seconds,
            comparator=criterion.comparator,
            threshold=criterion.threshold,
            min_samples=criterion.min_samples,
            initial_delay_seconds=criterion.initial_delay_seconds,
            failure_limit=criterion.failure_limit,
            action=criterion.action,
            dry_run=criterion.dry_run,
            depends_on=None if criterion.depends_on is None else list(criterion.depends_on),
            checks=[check for check in CheckType if check in checks_of(criterion)],
        )


@strawberry.type(description="A success criterion with its current verdict.")
class CriterionStatus:
    """A criterion with its last verdict."""

    criterion: Criterion = strawberry.field(description="The criterion.")
    verdict: Verdict = strawberry.field(description="The result.")
    since: datetime | None = strawberry.field(
        description="Since when the verdict is this one; null if it was not judged yet."
    )
    value: float | None = strawberry.field(description="The value that was judged.")
    unit: str = strawberry.field(
        description="The unit of `value` and of the threshold; empty for counts."
    )
    samples: int = strawberry.field(description="The number of samples.")
    consecutive_failures: int = strawberry.field(description="The number of consecutive failures.")
    evaluated_at: datetime | None = strawberry.field(description="When it was judged.")
    explanation: str = strawberry.field(description="The verdict in a sentence.")

    @classmethod
    def of(cls, criterion: domain.Criterion, state: CriterionState) -> "CriterionStatus":
        """Build the status; a criterion edited since its last verdict is not judged yet."""
        current = state if state.judged == criterion else UNJUDGED
        return cls(
            criterion=Criterion.of(criterion),
            verdict=current.verdict,
            since=current.since,
            unit=unit_of(criterion, current),
            value=current.value,
            samples=current.samples,
            consecutive_failures=current.failures,
            evaluated_at=current.evaluated_at,
            explanation=current.explanation,
        )
