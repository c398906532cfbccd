"""Limits that hold whatever a phase promises (S64, decision 10)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.incidents.incidents import Severity
from domain.metrics.readings import MetricReading
from domain.phases.thresholds import (
    THRESHOLDS,
    Level,
    Threshold,
    ThresholdState,
    next_threshold_state,
    severity_of,
)
from tests.unit.domain.builders import NOW

GOOD, WARNING, CRITICAL = Level
BY_NAME = {item.name: item for item in THRESHOLDS}
ERRORS, SLOW, SIGNUPS = (
    BY_NAME[name] for name in ("error_rate", "response_time_ms", "failed_signups")
)


def after(threshold: Threshold, seen: Sequence[MetricReading]) -> ThresholdState:
    """The state after these looks, one every 30 seconds."""
    state = ThresholdState()
    for count, reading in enumerate(seen):
        state = next_threshold_state(threshold, reading, state, NOW + count * timedelta(seconds=30))
    return state


def seen(*values: float, samples: int = 20) -> list[MetricReading]:
    return [MetricReading(value, samples) for value in values]


TABLE = [
    (ERRORS, 2.0, GOOD),
    (ERRORS, 2.01, WARNING),
    (ERRORS, 5.0, WARNING),
    (ERRORS, 5.01, CRITICAL),
    (SLOW, 500, GOOD),
    (SLOW, 500.1, WARNING),
    (SLOW, 2_000, WARNING),
    (SLOW, 2_000.1, CRITICAL),
    (SIGNUPS, 9, GOOD),
    (SIGNUPS, 10, CRITICAL),
]


@pytest.mark.parametrize(("threshold", "value", "level"), TABLE)
def test_levels_at_the_edges(threshold: Threshold, value: float, level: Level) -> None:
    """Decision 10: WARNING at the acceptance value, CRITICAL at the constant; ten is CRITICAL."""
    assert after(threshold, seen(value)).level is level


def test_windows_and_samples() -> None:
    """Requirement S64."""
    assert [(item.window_seconds, item.min_samples) for item in THRESHOLDS] == [
        (60, 20),
        (60, 20),
        (300, 0),
    ]
    assert after(ERRORS, seen(99.0, samples=19)).level is GOOD


def test_two_good_measurements_recover() -> None:
    assert after(ERRORS, seen(9, 1)).level is CRITICAL
    assert after(ERRORS, seen(9, 1, 9, 1)).level is CRITICAL
    assert after(ERRORS, seen(9, 1, 1)).level is GOOD


def test_a_level_worsens_at_once_and_recovers_as_a_whole() -> None:
    """What was CRITICAL and is now merely bad is one incident still."""
    assert after(ERRORS, seen(3, 9)).level is CRITICAL
    assert after(ERRORS, seen(9, 3, 3, 3)).level is CRITICAL


@pytest.mark.parametrize(
    "unclear", [MetricReading(None, 0), MetricReading(0.0, 3), MetricReading(None, 0, "no answer")]
)
def test_no_answer_changes_nothing(unclear: MetricReading) -> None:
    """A10: a provider that is away neither opens nor ends an incident."""
    assert after(ERRORS, [*seen(9), unclear, unclear, unclear]).level is CRITICAL
    assert after(ERRORS, [unclear]).level is GOOD


def test_no_failed_sign_up_is_an_answer() -> None:
    assert after(SIGNUPS, [*seen(10), MetricReading(None, 0), MetricReading(None, 0)]).level is GOOD
    assert after(SIGNUPS, [*seen(10), *[MetricReading(None, 0, "no answer")] * 2]).level is CRITICAL


def test_the_sentence_names_the_limit() -> None:
    expected = "error_rate 9 % > 5 % in 60 s, 20 samples"
    assert after(ERRORS, seen(9)).explanation == expected
    assert (
        after(SIGNUPS, seen(12)).explanation == "signup_server_errors 12 ≥ 10 in 300 s, 20 samples"
    )
    assert after(ERRORS, seen(9, 1)).explanation.endswith("good again, 1st of 2")


def test_severities() -> None:
    assert severity_of(ERRORS, CRITICAL) is Severity.CRITICAL
    assert severity_of(SLOW, CRITICAL) is Severity.HIGH
    assert severity_of(ERRORS, WARNING) is Severity.MEDIUM


@given(st.lists(st.sampled_from([1.0, 3.0, 9.0, None]), max_size=30))
def test_the_level_moves_only_with_an_answer(values: list[float | None]) -> None:
    state = ThresholdState()
    for value in values:
        reading = MetricReading(value, 20 if value is not None else 0)
        later = next_threshold_state(ERRORS, reading, state, NOW)
        if later.level is not state.level:
            assert value is not None
            assert (later.level is GOOD) is (value == 1.0)
        state = later


def test_in_a_silence_a_limit_stays_where_it_stands() -> None:
    """Requirement A28."""
    before = after(ERRORS, seen(1.0))
    state = next_threshold_state(
        ERRORS, MetricReading(50.0, 400), before, NOW, suppressed_by="silence until 20:15"
    )
    assert (state.level, state.explanation) == (GOOD, "not judged: silence until 20:15")
