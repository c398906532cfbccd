"""What keeps a ramp from its next step: the verdicts of criteria (A7, X11, L14, L15)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.health.health import CheckState, CheckType, HealthSnapshot, HealthStatus
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.metrics.readings import MetricReading
from domain.phases.pacing import PacingPolicy, RampConditions, blockers_of_next_step
from domain.phases.verdicts import UNJUDGED, CriterionState, judge_criterion
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_verdicts import BAD, EMPTY, ERRORS, GOOD

POLICY = PacingPolicy(timedelta(seconds=30), None)
FEW = MetricReading(0.5, 3)
TOTAL = Criterion(
    "connections", "connections_total", Aggregation.SUM, 3_600, Comparator.GTE, 100.0, min_samples=0
)
PATIENT = replace(ERRORS, initial_delay_seconds=300)
HEALTH = HealthSnapshot(NOW, (CheckState(CheckType.API, HealthStatus.HEALTHY),))


def after(
    criterion: Criterion, *looks: tuple[float, MetricReading], silenced: bool = False
) -> tuple[CriterionState, timedelta]:
    """The state after looks, each so many seconds after the activation, and the last of those."""
    state, age = UNJUDGED, timedelta()
    for seconds, look in looks:
        age = timedelta(seconds=seconds)
        suppressed_by = "a silence" if silenced else None
        state = judge_criterion(
            criterion, look, state, started_at=NOW, now=NOW + age, suppressed_by=suppressed_by
        )
    return state, age


def blockers(
    criterion: Criterion, *looks: tuple[float, MetricReading], silenced: bool = False
) -> list[str]:
    """What keeps the ramp at the last of these looks."""
    state, age = after(criterion, *looks, silenced=silenced)
    conditions = RampConditions(HEALTH, [(criterion, state)], [], MetricReading(None, 0), 0)
    return blockers_of_next_step(conditions, POLICY, NOW + age)


@pytest.mark.parametrize("action", [GuardAction.HOLD, GuardAction.ROLLBACK])
@pytest.mark.parametrize(
    ("criterion", "looks", "waits"),
    [
        # A window of 60 s is full 70 s after the activation. Until then too little holds nothing.
        (ERRORS, [(30, EMPTY)], False),
        (ERRORS, [(30, FEW)], False),
        (ERRORS, [(30, EMPTY), (60, FEW)], False),
        (ERRORS, [(69, FEW)], False),
        # Then it does, and a window with enough samples is judged at once.
        (ERRORS, [(70, EMPTY)], True),
        (ERRORS, [(70, FEW)], True),
        (ERRORS, [(30, GOOD)], False),
        (ERRORS, [(30, BAD)], True),
        # It was failing and is not good yet: that the window is empty now is no news.
        (ERRORS, [(15, BAD), (45, EMPTY)], True),
        (ERRORS, [(15, BAD), (45, FEW)], True),
        # A total may still reach its lower limit, for as long as its window fills.
        (TOTAL, [(3_600, MetricReading(4.0, 4))], False),
        (TOTAL, [(3_610, MetricReading(4.0, 4))], True),
        # What cannot be measured, or is not to be judged yet, is no window that fills.
        (ERRORS, [(30, MetricReading(None, 0, problem="timeout"))], True),
        (PATIENT, [(30, EMPTY)], True),
        (PATIENT, [(301, EMPTY)], True),
        (ERRORS, [], True),
    ],
)
def test_a_window_that_fills_keeps_no_ramp(
    criterion: Criterion, looks: list[tuple[float, MetricReading]], waits: bool, action: GuardAction
) -> None:
    holding = blockers(replace(criterion, action=action), *looks)
    assert bool(holding) is waits, holding


def test_a_silence_keeps_the_ramp_while_a_window_fills() -> None:
    """A28: planned work is no reason to widen a launch."""
    (sentence,) = blockers(replace(ERRORS, action=GuardAction.HOLD), (30, FEW), silenced=True)
    assert "is not judged: a silence" in sentence


def test_an_edited_criterion_is_not_judged_yet() -> None:
    state, _ = after(ERRORS, (30, GOOD))
    edited = replace(ERRORS, threshold=1.0)
    conditions = RampConditions(HEALTH, [(edited, state)], [], MetricReading(None, 0), 0)
    (sentence,) = blockers_of_next_step(conditions, POLICY, NOW)
    assert sentence == "Criterion errors_low has not been judged yet."
