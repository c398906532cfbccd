"""Results of computed fields are memoized by the values of their columns."""

import pytest
from graphql import GraphQLNonNull, GraphQLString

from db.models.flags import FeatureFlag
from db.models.incidents import LaunchIncident
from schema.planned import ComputedField
from server.execution.memo import MAX_ENTRIES, MAX_LENGTH, find_memo

TEXT = GraphQLNonNull(GraphQLString)


class Recorder:
    """A function that records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __call__(self, *values: object) -> str:
        self.calls.append(values)
        return repr(values)


def test_equal_values_are_computed_once_from_what_an_orm_row_holds() -> None:
    compute = Recorder()
    memo = find_memo(
        ComputedField(compute, (FeatureFlag.target_groups, FeatureFlag.version)),
        TEXT,
        sees_private_data=True,
    )
    assert memo is not None
    assert [memo[('["supplier"]', version)] for version in (1, 1, 2)] == [
        "(['supplier'], 1)", "(['supplier'], 1)", "(['supplier'], 2)",
    ]  # fmt: skip
    assert compute.calls == [(["supplier"], 1), (["supplier"], 2)]


def test_memo_size_is_bounded() -> None:
    compute = Recorder()
    memo = find_memo(
        ComputedField(compute, (FeatureFlag.description,)), TEXT, sees_private_data=True
    )
    assert memo is not None
    for number in range(3 * MAX_ENTRIES):
        _ = memo[(str(number),)]
    assert len(memo) <= MAX_ENTRIES
    size, long = len(memo), "x" * (MAX_LENGTH + 1)
    assert memo[(long,)] == memo[(long,)] == repr((long,))
    assert len(memo) == size


def test_addresses_are_hidden_from_callers_who_may_not_see_private_data() -> None:
    planned = ComputedField(str, (FeatureFlag.description,))
    for sees_private_data in (True, False):
        memo = find_memo(planned, TEXT, sees_private_data)
        assert memo is not None
        assert (memo[("a@x.test",)] == "a@x.test") is sees_private_data


def test_an_error_is_not_memoized() -> None:
    memo = find_memo(ComputedField(int, (FeatureFlag.flag_key,)), TEXT, sees_private_data=True)
    assert memo is not None
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            _ = memo[("x",)]


def test_timed_fields_and_array_columns_have_no_memo() -> None:
    assert (
        find_memo(
            ComputedField(str, (FeatureFlag.flag_key,), timed=True), TEXT, sees_private_data=True
        )
        is None
    )
    assert (
        find_memo(ComputedField(str, (LaunchIncident.explains,)), TEXT, sees_private_data=True)
        is None
    )
