"""What a change did, field by field (L24)."""

import pytest

from domain.overview.changes import ACTIONS, ChangeKind, FieldChange, field_changes, kind_of


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, []),
        ({"enabled": False}, {"enabled": True}, [("enabled", "false", "true")]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2.5}, [("b", "2", "2.5")]),
        (None, {"name": "New"}, [("name", None, "New")]),
        ({"groups": ["a"]}, {"groups": ["a", "b"]}, [("groups", "a", "a, b")]),
        ({"target": None}, {"target": 5.0}, [("target", None, "5")]),
        ({"target": 5}, {"target": 5.0}, []),
        (
            {"steps": [{"hold_seconds": 60}]},
            {"steps": [{"hold_seconds": 90}, {"hold_seconds": 0}]},
            [("steps[0].holdSeconds", "60", "90"), ("steps[1].holdSeconds", None, "0")],
        ),
        ({"plan": {"mode": "A"}}, {"plan": None}, [("plan.mode", "A", None)]),
    ],
)
def test_each_field_that_differs(
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    expected: list[tuple[str, str | None, str | None]],
) -> None:
    assert field_changes(before, after) == [FieldChange(*item) for item in expected]


def test_every_kind_but_other_has_actions_and_each_action_one_kind() -> None:
    assert set(ACTIONS) == set(ChangeKind) - {ChangeKind.OTHER}
    actions = [action for of_kind in ACTIONS.values() for action in of_kind]
    assert len(actions) == len(set(actions))
    assert {kind_of(action) for action in actions} == set(ACTIONS)
    assert kind_of("danced") is ChangeKind.OTHER
