"""Success criteria of a phase (S15, A9, X1)."""

from dataclasses import dataclass
from enum import StrEnum

from domain.health.health import CheckType

CUSTOM_PREFIX = "custom."


class Aggregation(StrEnum):
    """How the samples of a window become one number."""

    SUM = "sum"
    COUNT = "count"
    AVG = "avg"
    RATE = "rate"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    LAST = "last"


class Comparator(StrEnum):
    """How the number is compared with the threshold; true is good."""

    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EQ = "eq"


class GuardAction(StrEnum):
    """The action taken when a criterion keeps failing."""

    WARN = "warn"
    HOLD = "hold"
    ROLLBACK = "rollback"


class Verdict(StrEnum):
    """The result of judging a criterion; only FAILING counts as a failure."""

    PASSING = "passing"
    FAILING = "failing"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A success criterion, such as: error_rate over 60 s stays below 2."""

    key: str
    metric: str
    aggregation: Aggregation
    window_seconds: int
    comparator: Comparator
    threshold: float
    min_samples: int = 20
    initial_delay_seconds: int = 0
    failure_limit: int = 2
    action: GuardAction = GuardAction.HOLD
    dry_run: bool = False
    depends_on: tuple[CheckType, ...] | None = None  # None: the checks of its metric (L16)
