"""Raw JSON is counted level by level, and no further than its limits (SEC6)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.platform.json_shape import (
    JsonLimits,
    count_values,
    excess,
    has_only_short_scalars,
    texts_of,
)
from server.cost.input_limits import MAX_EXTENSIONS, MAX_VALUES, MAX_VISITOR_VALUES

LIMITS = JsonLimits(values=6, depth=3, list_length=4, text_length=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def nested(levels: int) -> object:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [None, 1, "12345", [], {}, [1, 2, 3, 4], {"a": [1, 2, 3, 4], "b": None}, nested(3)],
)
def test_a_value_within_all_limits_has_no_excess(value: object) -> None:
    assert excess(value, LIMITS) is None


@pytest.mark.parametrize(
    ("value", "field", "amount", "limit"),
    [
        ([1] * 5, "a list that is too long", 5, 4),
        ([[], [1] * 5], "a list that is too long", 5, 4),
        ({str(key): 0 for key in range(7)}, "too many values", 7, 6),
        ([[1, 2], [3, 4], [5]], "too many values", 7, 6),
        (nested(4), "values nested too deeply", 4, 3),
        ({"a": "123456"}, "a text that is too long", 6, 5),
    ],
)
def test_the_limit_that_is_exceeded_is_named(
    value: object, field: str, amount: int, limit: int
) -> None:
    over = excess(value, LIMITS)
    assert over is not None
    assert (over.what, over.amount, over.limit) == (field, amount, limit)
    assert over.message == f"hold {field}; at most {limit} are allowed"


@given(st.dictionaries(st.text(), JSON, max_size=30))
def test_short_scalars_are_within_the_limits_of_every_caller(
    value: dict[str, object],
) -> None:
    if has_only_short_scalars(value):
        assert count_values(value) == len(value)
        assert all(
            excess(value, limits) is None
            for limits in (MAX_VALUES, MAX_VISITOR_VALUES, MAX_EXTENSIONS)
        )


@pytest.mark.parametrize(
    "value", [{"a": []}, {"a": {}}, {"a": "x" * 1_001}, {str(key): 0 for key in range(21)}]
)
def test_anything_longer_or_nested_is_counted(value: dict[str, object]) -> None:
    assert not has_only_short_scalars(value)


def test_a_hundred_thousand_levels_are_no_recursion() -> None:
    value: object = 1
    for _ in range(100_000):
        value = [value]
    assert count_values(value) == 100_000
    over = excess(value, JsonLimits(values=1_000_000))
    assert over is not None
    assert over.amount == 16


def recursive(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(1 + recursive(item) for item in inner)


@given(JSON)
def test_values_are_counted_as_a_recursive_count_does(value: object) -> None:
    count = recursive(value)
    assert count_values(value) == count
    enough = JsonLimits(count, depth=1_000, list_length=1_000, text_length=10_000)
    assert excess(value, enough) is None
    if count:
        assert excess(value, JsonLimits(count - 1, 1_000, 1_000, 10_000)) is not None


@given(st.lists(st.text(min_size=1)))
def test_texts_are_those_of_keys_and_values(texts: list[str]) -> None:
    value = [{a: {"": [b]}} for a, b in pairwise(texts)]
    expected = {"", *texts} if len(texts) > 1 else set()
    assert set(texts_of(value)) == expected
