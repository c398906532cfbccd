"""The enums of guards: criteria, verdicts, what they do, and who pauses."""

from domain.metrics.criteria import Aggregation, Comparator, GuardAction, Verdict
from domain.metrics.metrics import MetricKind
from domain.phases.pauses import PauseAuthor
from schema.enums import describe

__all__ = ["Aggregation", "Comparator", "GuardAction", "MetricKind", "PauseAuthor", "Verdict"]

describe(
    Aggregation,
    "How samples become one number.",
    SUM="Their sum.",
    COUNT="How many there are.",
    AVG="Their mean.",
    RATE="How many there are each second.",
    P50="Their median.",
    P95="The value that 95 % of them do not exceed.",
    P99="The value that 99 % of them do not exceed.",
    LAST="The newest.",
)
describe(
    Comparator,
    "How the number must stand to the threshold.",
    LT="Below it.",
    LTE="At most it.",
    GT="Above it.",
    GTE="At least it.",
    EQ="Equal to it, within one part in 10^9.",
)
describe(
    GuardAction,
    "What a failing criterion does.",
    WARN="It is reported, and the ramp goes on.",
    HOLD="The phase is paused. While it does not pass, the ramp takes no step of its own.",
    ROLLBACK="The phase is rolled back. While it does not pass, the ramp takes no step of its own.",
)
describe(
    Verdict,
    "What a judgement found; no data is no failure.",
    PASSING="The promise is kept.",
    FAILING="The promise is broken.",
    INCONCLUSIVE="It cannot be told: too few samples, a silence, the initial delay, a failed "
    "measurement. The ramp waits, except while the window has not filled since the activation.",
    NO_DATA="Nothing was measured.",
)
describe(
    PauseAuthor,
    "Whose decision a pause is.",
    PERSON="A person, or a tool that acts for one.",
    GUARD="A success criterion with action HOLD, or one without data.",
    WATCHDOG="The watchdog: nobody checked the health of the launch.",
)
describe(
    MetricKind,
    "How samples of a metric add up.",
    COUNTER="Events that are counted.",
    GAUGE="A level that goes up and down.",
    RATIO="Two counters, in percent.",
    HISTOGRAM="Values such as durations, of which percentiles can be asked.",
)
