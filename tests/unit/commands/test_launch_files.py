"""A launch as a YAML file: what YAML allows and a file may not (A52; L27)."""

import pytest

from commands.phases.launch_files import load, omit_hidden
from commands.shared.errors import CommandError

FILE = """
flags:
  - {key: mvp_chat, name: Chat, rolloutPercentage: 25}
phases:
  - key: pilot
    plannedStartAt: 2026-12-01 09:00:00
    plannedEndAt: 2026-12-05
    steps: [{percentage: 10, holdSeconds: 600}, {percentage: 100}]
"""


def test_a_file_is_what_the_graph_takes() -> None:
    content = load(FILE, "launch.yaml")
    assert content["flags"] == [{"key": "mvp_chat", "name": "Chat", "rolloutPercentage": 25}]
    (phase,) = content["phases"]
    assert phase["plannedStartAt"] == "2026-12-01T09:00:00+00:00"
    assert phase["plannedEndAt"] == "2026-12-05T00:00:00+00:00"
    assert phase["steps"][1] == {"percentage": 100}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "must hold"),
        ("", "must hold"),
        ("flags: [", "cannot be read"),
        ("flags: [{key: a, name: A, name: B}]", "'name' is there twice"),
        ("flags: []\nflags: []", "'flags' is there twice"),
        ("phases: [{key: a, steps: [{percentage: 1, percentage: 2}]}]", "'percentage' is there"),
        ("flags: [{key: a, name: 2026-12-01}]", "flags.0.name: 2026-12-01 is a date"),
        ("phases: [{key: a, rollbackPlan: {manualSteps: [2026-12-01]}}]", "manualSteps.0"),
        ("flags: &a [*a]", "cannot be read|recursion"),
    ],
)
def test_yaml_features_that_a_file_may_not_use_are_named(text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        load(text, "launch.yaml")


def test_all_duplicate_keys_and_dates_are_reported_with_their_place() -> None:
    """The first one hid the others."""
    text = """flags:
  - {key: a, name: A, name: B}
  - {key: 2027-01-01, name: 2027-01-02}
phases:
  - {key: p, plannedStartAt: 2027-01-03, key: q}
"""
    with pytest.raises(CommandError) as caught:
        load(text, "launch.yaml")
    assert str(caught.value).splitlines() == [
        "launch.yaml cannot be read:",
        "line 2: 'name' is there twice",
        "line 5: 'key' is there twice",
        "flags.1.key: 2027-01-01 is a date for YAML; put it in quotes to make it a text.",
        "flags.1.name: 2027-01-02 is a date for YAML; put it in quotes to make it a text.",
    ]


def test_an_export_leaves_out_what_is_hidden_from_its_caller() -> None:
    """SEC10, A52: applied, the mask would overwrite the address."""
    flag = {"key": "chat", "name": "Chat", "description": "Owner: (hidden)", "enabled": True}
    groups = {"key": "beta", "targetGroups": ["supplier", "user:(hidden)"]}
    plan = {"mode": "DISABLE_ALL", "notify": ["(hidden)"], "manualSteps": []}
    phase = {"key": "pilot", "name": "Pilot", "rollbackPlan": plan, "steps": []}
    content = {"flags": [flag, groups], "phases": [phase]}
    assert omit_hidden(content) == [
        "flags.chat.description",
        "flags.beta.targetGroups",
        "phases.pilot.rollbackPlan",
    ]
    assert content == {
        "flags": [{"key": "chat", "name": "Chat", "enabled": True}, {"key": "beta"}],
        "phases": [{"key": "pilot", "name": "Pilot", "steps": []}],
    }
    assert omit_hidden(content) == []
