"""The enums of guards: criteria, verdicts, what they do, and who pauses."""

from domain.metrics.criteria import Aggregation, Comparator, GuardAction, Verdict
from domain.metrics.metrics import MetricKind
from domain.phases.pauses import PauseAuthor
from schema.enums import describe

__all__ = ["Aggregation", "Comparator", "GuardAction", "MetricKind", "PauseAuthor", "Verdict"]

describe(
    Aggregation,
    "How the samples of a window become one number.",
    SUM="Their sum.",
    COUNT="How many there are.",
    AVG="Their mean.",
    RATE="The number of samples per second.",
    P50="Their median.",
    P95="The value that 95 % of them do not exceed.",
    P99="The value that 99 % of them do not exceed.",
    LAST="The newest.",
)
describe(
    Comparator,
    "How the number is compared with the threshold.",
    LT="Below it.",
    LTE="At most it.",
    GT="Above it.",
    GTE="At least it.",
    EQ="Equal to it, within one part in 10^9.",
)
describe(
    GuardAction,
    "The action of a failing criterion.",
    WARN="It is reported; the ramp continues.",
    HOLD="The phase is paused. While it does not pass, the ramp takes no step of its own.",
    ROLLBACK="The phase is rolled back. While it does not pass, the ramp takes no step of its own.",
)
describe(
    Verdict,
    "The verdict on a criterion; missing data is no failure.",
    PASSING="The criterion is met.",
    FAILING="The criterion is not met.",
    INCONCLUSIVE="It cannot be told: too few samples, a silence, the initial delay, a failed "
    "measurement. The ramp waits, except while the window has not filled since the activation.",
    NO_DATA="Nothing was measured.",
)
describe(
    PauseAuthor,
    "Who decided on a pause.",
    PERSON="A person, or a tool that acts for one.",
    GUARD="A success criterion with action HOLD, or one without data.",
    WATCHDOG="The watchdog, because health checks had stopped.",
)
describe(
    MetricKind,
    "How samples of a metric add up.",
    COUNTER="A count of events.",
    GAUGE="A level that rises and falls.",
    RATIO="Two counters, in percent.",
    HISTOGRAM="Values such as durations, with percentiles.",
)
