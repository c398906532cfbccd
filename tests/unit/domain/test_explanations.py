"""What would this user see, and why (X7, A22)."""

from dataclasses import replace

import pytest
from hypothesis import given

from domain.flags.explanations import Explanation, explain
from domain.flags.flags import EvaluationContext, EvaluationReason, Flag, evaluate, missing
from tests.unit.domain.builders import NOBODY_KNOWN, make_flag, user
from tests.unit.domain.test_flags import contexts, flags

ANN = user("ann", "supplier", "venue")
# The bucket of this user for the salt "edge" is 3721.
AT_37_21 = user("user_21095", "supplier")


def explained(flag: Flag, context: EvaluationContext) -> Explanation:
    """Evaluate, then retell."""
    return explain(flag, evaluate(flag, context), context)


@pytest.mark.parametrize(
    ("flag", "steps"),
    [
        (make_flag(enabled=False), ["the flag is off for everybody"]),
        (make_flag(), ["the flag is on", "100 % of users: on"]),
        (make_flag(percentage=0), ["the flag is on", "0 % of users: off"]),
        (
            make_flag(groups=("couple",)),
            ["the flag is on", "in none of the target groups (own groups: supplier, venue): off"],
        ),
        (make_flag(groups=("user:ann",)), ["the flag is on", "let in by name: on"]),
        (make_flag(groups=("!user:ann",)), ["the flag is on", "kept out by name: off"]),
        (
            make_flag(groups=("user:bob",)),
            ["the flag is on", "not among the users that are named", "100 % of users: on"],
        ),
        (
            make_flag(groups=("venue",)),
            ["the flag is on", "in the group venue", "100 % of users: on"],
        ),
    ],
)
def test_each_step_of_the_decision_is_told(flag: Flag, steps: list[str]) -> None:
    assert list(explained(flag, ANN).steps) == steps


@pytest.mark.parametrize(
    ("percentage", "last"),
    [
        (25, "bucket 37.21 >= 25: off"),
        (37.21, "bucket 37.21 >= 37.21: off"),
        (37.22, "bucket 37.21 < 37.22: on"),
        (99.99, "bucket 37.21 < 99.99: on"),
    ],
)
def test_a_split_shows_bucket_and_limit_as_percentages(percentage: float, last: str) -> None:
    """X7: bucket 37.21 is not below 25."""
    explanation = explained(
        make_flag("edge", percentage=percentage, groups=("supplier",)), AT_37_21
    )
    assert explanation.steps[-1] == last
    assert (explanation.bucket, explanation.threshold) == (37.21, percentage)
    assert explanation.matched_group == "supplier"


def test_a_missing_key_is_the_reason() -> None:
    """Requirement S58."""
    explanation = explained(make_flag(percentage=12.5), NOBODY_KNOWN)
    expected = "12.5 % of users, but there is no key to find the bucket with: off"
    assert explanation.steps == ("the flag is on", expected)
    assert (explanation.bucket, explanation.threshold) == (None, 12.5)


def test_a_user_without_groups_is_explained() -> None:
    explanation = explained(make_flag(groups=("couple",)), NOBODY_KNOWN)
    assert explanation.steps[-1] == "in none of the target groups (own groups: none): off"


def test_a_flag_that_does_not_exist_is_off() -> None:
    explanation = explain(None, missing("no_such_flag"), ANN)
    assert explanation == Explanation(None, None, None, ("there is no flag with this key: off",))


def test_the_kill_switch_is_the_reason() -> None:
    """A6: the flag itself still says that it is on."""
    flag = make_flag()
    killed = replace(evaluate(flag, ANN), value=False, reason=EvaluationReason.DISABLED)
    assert explain(flag, killed, ANN).steps == ("the kill switch holds it off",)


@pytest.mark.parametrize("reason", [EvaluationReason.STALE, EvaluationReason.CACHED])
def test_an_old_value_is_explained_like_a_new_one(reason: EvaluationReason) -> None:
    """S59, X7: the last known set, and past instants."""
    flag = make_flag("edge", percentage=50)
    result = replace(evaluate(flag, AT_37_21), reason=reason)
    assert explain(flag, result, AT_37_21) == explained(flag, AT_37_21)


@given(flags, contexts)
def test_the_last_step_always_states_the_value(flag: Flag, context: EvaluationContext) -> None:
    result = evaluate(flag, context)
    last = explain(flag, result, context).steps[-1]
    assert last.endswith((": on", ": off", "off for everybody"))
    assert last.endswith(": on") == result.value
