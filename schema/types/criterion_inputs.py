"""The input of a success criterion (S15, A9)."""

import strawberry

from domain.metrics import criteria as rules
from schema.enums import CheckType
from schema.guard_enums import Aggregation, Comparator, GuardAction


@strawberry.input(description="A success criterion of a phase.")
class CriterionInput:
    """The input of a success criterion."""

    key: str = strawberry.field(description="Its name within the phase.")
    metric: str = strawberry.field(
        description="What is measured, such as `error_rate`; your own start with `custom.`. Two "
        "counters of your own make a ratio in percent: `custom.failed / custom.all`."
    )
    aggregation: Aggregation = strawberry.field(
        description="How the samples of a window become one number."
    )
    window_seconds: int = strawberry.field(
        description="Over how long: 10 s to a day, of what processes count 20 s at least."
    )
    comparator: Comparator = strawberry.field(
        description="How the value is compared with the threshold."
    )
    threshold: float = strawberry.field(
        description="The limit. A value within one part in 10^9 of it is equal to it."
    )
    min_samples: int | None = strawberry.field(
        description="With fewer, nothing is judged. Until the window has filled since the "
        "activation, that holds neither the phase nor its ramp.",
        default=20,
    )
    initial_delay_seconds: int | None = strawberry.field(
        description="Not judged before; until then the ramp takes no step of its own.", default=0
    )
    failure_limit: int | None = strawberry.field(
        description="The number of consecutive failures before it acts.", default=2
    )
    action: GuardAction | None = strawberry.field(
        description="The action that it then takes.", default=rules.GuardAction.HOLD
    )
    dry_run: bool | None = strawberry.field(description="Judged, but it never acts.", default=False)
    depends_on: list[CheckType] | None = strawberry.field(
        description="While one of these checks is silenced, it is not judged; left out: the checks "
        "of its metric, none for `custom.*`.",
        default=None,
    )

    def rule(self) -> rules.Criterion:
        """Return the value for the domain; null means the default."""
        return rules.Criterion(
            key=self.key,
            metric=self.metric,
            aggregation=self.aggregation,
            window_seconds=self.window_seconds,
            comparator=self.comparator,
            threshold=self.threshold,
            min_samples=20 if self.min_samples is None else self.min_samples,
            initial_delay_seconds=self.initial_delay_seconds or 0,
            failure_limit=2 if self.failure_limit is None else self.failure_limit,
            action=self.action or rules.GuardAction.HOLD,
            dry_run=bool(self.dry_run),
            depends_on=None if self.depends_on is None else tuple(self.depends_on),
        )
