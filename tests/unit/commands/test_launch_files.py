"""A launch as a file, and what applying it would do (SPEC A52)."""

from datetime import datetime
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # no stubs

from commands.launch_files import Launch, Step, document, plan, read
from commands.problems import Problem

FILE = """
flags:
  - key: mvp_chat
    name: Chat
    rolloutPercentage: 25
phases:
  - key: pilot
    name: Pilot
    plannedStartAt: 2026-12-01 09:00:00
    steps: [{percentage: 10, holdSeconds: 600}, {percentage: 100}]
    flags: [{flagKey: mvp_chat}]
"""
PROMISES = """
    successCriteria: [{key: errors_low, metric: error_rate, failureLimit: 3}]
    rollbackPlan: {mode: RESTORE_PREVIOUS}
"""


def wanted(text: str = FILE) -> Launch:
    return read(yaml.safe_load(text))


def test_a_file_is_read_with_what_the_graph_fills_in() -> None:
    phase = wanted().phases["pilot"]
    assert phase["steps"][1] == {"percentage": 100, "holdSeconds": None, "requiresApproval": False}
    assert phase["plannedStartAt"] == "2026-12-01T09:00:00+00:00"


def test_what_is_not_there_is_made_flags_first() -> None:
    steps = plan(Launch({}, {}), wanted())
    assert [(step.kind, step.key, step.create) for step in steps] == [
        ("flag", "mvp_chat", True),
        ("phase", "pilot", True),
    ]
    assert steps[0].wanted == {"name": "Chat", "rolloutPercentage": 25}


def test_what_is_as_the_file_says_is_left_alone() -> None:
    now = wanted()
    now.flags["mvp_chat"] |= {"enabled": True, "rolloutPercentage": 25.0}
    now.phases["pilot"]["flags"] = [
        {"flagKey": "mvp_chat", "targetPercentage": 25.0, "position": 0}
    ]
    assert plan(now, wanted()) == []


def test_only_what_differs_is_changed() -> None:
    now = wanted()
    now.flags["mvp_chat"]["rolloutPercentage"] = 50.0
    assert plan(now, wanted()) == [
        Step("flag", "mvp_chat", False, {"rolloutPercentage": (50.0, 25)})
    ]


def test_what_the_file_does_not_name_stays() -> None:
    now = wanted()
    now.flags["mvp_other"] = {"name": "Other"}
    assert plan(now, wanted()) == []
    assert plan(now, read({})) == []


def test_an_export_is_a_file_that_changes_nothing() -> None:
    launch = wanted()
    assert plan(launch, read(yaml.safe_load(yaml.safe_dump(document(launch))))) == []


def test_an_exported_phase_is_the_template_of_another() -> None:
    """A15: under another key it is a new phase with the same steps, criteria, plan and flags."""
    now = wanted(FILE + PROMISES)
    (phase,) = document(now)["phases"]
    (made,) = plan(now, read({"phases": [phase | {"key": "second_pilot", "name": "Second"}]}))
    assert (made.kind, made.key, made.create) == ("phase", "second_pilot", True)
    of_template = now.phases["pilot"]
    for name in ("steps", "successCriteria", "rollbackPlan", "flags"):
        assert made.wanted[name] == of_template[name], name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "must hold"),
        ("flagz: []", "flagz"),
        ("flags: {}", "must be a list"),
        ("flags: [{name: x}]", "entry 1 has no key"),
        ("flags: [{key: a, colour: red}]", "colour"),
        ("flags: [{key: a}, {key: a}]", "twice"),
        ("phases: [{key: a, steps: 3}]", "steps"),
        ("phases: [{key: a, plannedEndAt: soon}]", "plannedEndAt"),
    ],
)
def test_what_does_not_belong_there_is_named(text: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        wanted(text)


def test_a_moment_of_yaml_is_a_moment() -> None:
    found: Any = read({"phases": [{"key": "a", "plannedEndAt": datetime(2026, 12, 1)}]})  # noqa: DTZ001 - as YAML gives it
    assert found.phases["a"]["plannedEndAt"] == "2026-12-01T00:00:00+00:00"
