"""What columns hold is read as the standard library reads it, only sooner."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from db.json_text import read_json

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(VALUES, st.booleans())
def test_text_is_read_like_json(value: Any, ascii_only: bool) -> None:  # noqa: ANN401 - JSON
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert read_json(text) == json.loads(text)


def test_a_long_integer_keeps_its_last_digit() -> None:
    assert read_json(f"[{2**64 + 1}, {-(2**64) - 1}]") == [2**64 + 1, -(2**64) - 1]
