"""What is made of the same values of columns is made once."""

import pytest
from graphql import GraphQLNonNull, GraphQLString

from db.models.flags import FeatureFlag
from db.models.incidents import LaunchIncident
from schema.planned import Made
from server.execution.memo import MAX_ENTRIES, MAX_LENGTH, memo_of

TEXT = GraphQLNonNull(GraphQLString)


class Maker:
    """Counts what it makes."""

    def __init__(self) -> None:
        self.made: list[tuple[object, ...]] = []

    def __call__(self, *values: object) -> str:
        self.made.append(values)
        return repr(values)


def test_the_same_values_are_made_once_of_what_a_row_holds() -> None:
    make = Maker()
    memo = memo_of(Made(make, (FeatureFlag.target_groups, FeatureFlag.version)), TEXT, people=True)
    assert memo is not None
    assert [memo[('["supplier"]', version)] for version in (1, 1, 2)] == [
        "(['supplier'], 1)", "(['supplier'], 1)", "(['supplier'], 2)",
    ]  # fmt: skip
    assert make.made == [(["supplier"], 1), (["supplier"], 2)]


def test_memory_is_bounded() -> None:
    make = Maker()
    memo = memo_of(Made(make, (FeatureFlag.description,)), TEXT, people=True)
    assert memo is not None
    for number in range(3 * MAX_ENTRIES):
        _ = memo[(str(number),)]
    assert len(memo) <= MAX_ENTRIES
    size, long = len(memo), "x" * (MAX_LENGTH + 1)
    assert memo[(long,)] == memo[(long,)] == repr((long,))
    assert len(memo) == size


def test_addresses_are_hidden_for_those_who_may_not_know_people() -> None:
    made_by = Made(str, (FeatureFlag.description,))
    for people in (True, False):
        memo = memo_of(made_by, TEXT, people)
        assert memo is not None
        assert (memo[("a@x.test",)] == "a@x.test") is people


def test_a_function_that_fails_fails_each_time() -> None:
    memo = memo_of(Made(int, (FeatureFlag.flag_key,)), TEXT, people=True)
    assert memo is not None
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            _ = memo[("x",)]


def test_what_depends_on_the_time_or_on_lists_is_made_each_time() -> None:
    assert memo_of(Made(str, (FeatureFlag.flag_key,), timed=True), TEXT, people=True) is None
    assert memo_of(Made(str, (LaunchIncident.explains,)), TEXT, people=True) is None
