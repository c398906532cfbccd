"""How big a launch day is, and how its phase looks: like the demo's, with steps of 20 s."""

from collections.abc import Mapping
from dataclasses import dataclass, field

KEY, NAME = "launch_day", "Launch day"
FLAGS = tuple(f"day_feature_{number}" for number in range(1, 10))
STEPS = (5, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Plan:
    """`env`: settings beside those that the site needs. `judges_seconds`: promises count.

    After `ramp_patience` seconds on a step the operator advances the ramp by hand; after `patience`
    what did not come is given up.
    """

    viewers: int
    readers: int
    per_second: float
    at_once: int
    settled: int
    hold_seconds: int
    ramp_patience: float
    patience: float
    window_seconds: int
    look_seconds: float
    answer_seconds: float
    slow_seconds: float
    judges_seconds: bool = True
    env: Mapping[str, str] = field(default_factory=dict)


FULL = Plan(
    viewers=500,
    readers=20,
    per_second=50,
    at_once=16,
    settled=12,
    hold_seconds=20,
    ramp_patience=40,
    patience=240,
    window_seconds=60,
    look_seconds=2,
    answer_seconds=30,
    slow_seconds=20,
)
# What takes half a minute is sped up where the product lets it be: by its own settings.
SHORT = Plan(
    viewers=16,
    readers=4,
    per_second=4,
    at_once=1,
    settled=2,
    hold_seconds=1,
    ramp_patience=0,
    patience=180,
    window_seconds=20,
    look_seconds=0.2,
    answer_seconds=180,
    slow_seconds=2,
    judges_seconds=False,
    env={
        "HEALTH_INTERVAL_SECONDS": "5",
        "HEALTH_RECHECK_SECONDS": "0.5",
        "HEALTH_TIMEOUT_SECONDS": "60",
        "DATABASE_TIMEOUT_SECONDS": "60",
        "METRICS_INTERVAL_SECONDS": "1",
        "OPERATION_TIMEOUT_SECONDS": "180",
    },
)


def criteria(plan: Plan) -> list[dict[str, object]]:
    """Those of the demo. Answers that are slow only warn: the machine may be busy with others."""
    return [
        {
            "key": "errors_low",
            "metric": "error_rate",
            "aggregation": "RATE",
            "windowSeconds": plan.window_seconds,
            "comparator": "LT",
            "threshold": 2,
            "action": "ROLLBACK",
        },
        {
            "key": "answers_fast",
            "metric": "response_time_ms",
            "aggregation": "P95",
            "windowSeconds": plan.window_seconds,
            "comparator": "LT",
            "threshold": 500,
            "action": "WARN",
        },
        {
            "key": "signups_work",
            "metric": "signup_server_errors",
            "aggregation": "SUM",
            "windowSeconds": 300,
            "comparator": "LT",
            "threshold": 10,
            "minSamples": 0,
            "action": "HOLD",
        },
    ]


def phase(plan: Plan) -> dict[str, object]:
    """Its input, for createLaunchPhase."""
    steps = [{"percentage": percent, "holdSeconds": plan.hold_seconds} for percent in STEPS[:-1]]
    return {
        "key": KEY,
        "name": NAME,
        "steps": [*steps, {"percentage": STEPS[-1]}],
        "successCriteria": criteria(plan),
        "rollbackPlan": {"mode": "DISABLE_ALL", "manualSteps": ["Tell the team."]},
        "flags": [{"flagKey": key} for key in FLAGS],
    }
