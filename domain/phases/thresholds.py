"""Limits that apply to every launch, whatever the criteria of a phase say (S64, decision 10).

WARNING is reached at the value of the acceptance criteria, CRITICAL at the constant of the source.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.incidents.incidents import Severity
from domain.metrics.comparisons import meets
from domain.metrics.criteria import Aggregation, Comparator
from domain.metrics.readings import MetricReading
from domain.platform.text_format import number, ordinal

THRESHOLD_RECOVERY_TICKS = 2  # good readings in a row before a level returns to GOOD


class Level(StrEnum):
    """How far beyond its limits a metric is."""

    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Two limits of one metric. A level is reached above its limit, with `at_limit` also at it."""

    name: str
    title: str
    metric: str
    aggregation: Aggregation
    window_seconds: int
    min_samples: int
    warning: float | None
    critical: float
    unit: str
    severity: Severity  # where CRITICAL
    at_limit: bool = False

    def exceeds(self, value: float, limit: float | None) -> bool:
        """Whether a value is beyond a limit."""
        if limit is None:
            return False
        return meets(value, Comparator.GTE if self.at_limit else Comparator.GT, limit)

    def level_of(self, value: float) -> Level:
        """The level of one value, before any damping."""
        if self.exceeds(value, self.critical):
            return Level.CRITICAL
        return Level.WARNING if self.exceeds(value, self.warning) else Level.GOOD


THRESHOLDS = (
    Threshold(
        name="error_rate",
        title="Too many requests fail",
        metric="error_rate",
        aggregation=Aggregation.RATE,
        window_seconds=60,
        min_samples=20,
        warning=2.0,
        critical=5.0,
        unit="%",
        severity=Severity.CRITICAL,
    ),
    Threshold(
        name="response_time_ms",
        title="Answers are slow",
        metric="response_time_ms",
        aggregation=Aggregation.P95,
        window_seconds=60,
        min_samples=20,
        warning=500.0,
        critical=2_000.0,
        unit="ms",
        severity=Severity.HIGH,
    ),
    Threshold(
        name="failed_signups",
        title="Sign-ups fail on the server",
        # Not failed_signups: anybody can fail to sign up, and would page the team (SEC12).
        metric="signup_server_errors",
        aggregation=Aggregation.SUM,
        window_seconds=300,
        min_samples=0,
        warning=None,
        critical=10.0,
        unit="",
        severity=Severity.CRITICAL,
        at_limit=True,
    ),
)


@dataclass(frozen=True, slots=True)
class ThresholdState:
    """The state of a limit, stored as JSON under these names. `since`: when it reached its level.

    `failing_since` is the reading at which it stopped being GOOD.
    """

    level: Level = Level.GOOD
    since: datetime | None = None
    good_ticks: int = 0
    value: float | None = None
    samples: int = 0
    evaluated_at: datetime | None = None
    explanation: str = "not measured yet"
    failing_since: datetime | None = None


def next_threshold_state(
    threshold: Threshold,
    reading: MetricReading,
    before: ThresholdState,
    now: datetime,
    *,
    suppressed_by: str | None = None,
) -> ThresholdState:
    """Return the state after one more reading.

    A level rises at once and returns to GOOD after two good readings in a row. Without a value it
    stays. `suppressed_by` says why the limit must not be judged now (A28).
    """
    state = replace(before, value=reading.value, samples=reading.samples, evaluated_at=now)
    value = reading.value
    if value is None and reading.problem is None and not threshold.min_samples:
        value = 0.0
    if suppressed_by is not None:
        return replace(state, explanation=f"not judged: {suppressed_by}")
    if reading.problem is not None:
        return replace(state, explanation=f"could not be measured: {reading.problem}")
    if value is None or reading.samples < threshold.min_samples:
        too_few = f"{reading.samples} samples in {threshold.window_seconds} s tell nothing"
        return replace(state, explanation=too_few)
    return _apply_level(threshold, state, threshold.level_of(value), value, now)


def _apply_level(
    threshold: Threshold, state: ThresholdState, level: Level, value: float, now: datetime
) -> ThresholdState:
    state = replace(state, explanation=_describe(threshold, level, value, state.samples))
    if level is not Level.GOOD:
        state = replace(state, good_ticks=0)
        is_worse = state.level is Level.GOOD or level is Level.CRITICAL
        changes = is_worse and state.level is not level
        state = replace(state, failing_since=state.failing_since or now)
        return replace(state, level=level, since=now) if changes else state
    good = state.good_ticks + 1
    state = replace(state, good_ticks=good)
    if state.level is Level.GOOD:
        return state
    if good >= THRESHOLD_RECOVERY_TICKS:
        return replace(state, level=Level.GOOD, since=now, failing_since=None)
    recovering = f"{state.explanation}, good again, {ordinal(good)} of {THRESHOLD_RECOVERY_TICKS}"
    return replace(state, explanation=recovering)


def severity_of(threshold: Threshold, level: Level) -> Severity:
    """Return the severity of the incident for a level."""
    return threshold.severity if level is Level.CRITICAL else Severity.MEDIUM


def dedup_key(threshold: Threshold) -> str:
    """Return the key of the cause: one incident is open for it at a time."""
    return f"metric:{threshold.name}"


def _describe(threshold: Threshold, level: Level, value: float, samples: int) -> str:
    limit = threshold.critical if level is Level.CRITICAL else threshold.warning
    limit = threshold.critical if limit is None else limit
    tail = f" {threshold.unit}" if threshold.unit else ""
    beyond = threshold.exceeds(value, limit)
    signs = ("≥", "<") if threshold.at_limit else (">", "≤")
    return (
        f"{threshold.metric} {number(value, apart_from=limit)}{tail} "
        f"{signs[0] if beyond else signs[1]} {number(limit)}{tail} "
        f"in {threshold.window_seconds} s, {samples} samples"
    )
