"""What a message is stored as (M7, D12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid, LaunchError, Required
from domain.marketplace.message_text import MAX_BYTES, MAX_MARKS, clean_message

WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Hello\nworld \n", "Hello\nworld"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("Rene\u0301", "Ren\u00e9"),
        (FAMILY, FAMILY),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        (WALES, WALES),
        ("x\U000e0041y", "xy"),
        (PERSIAN, PERSIAN),
        ("a\u202eb\u2066c\ufeffd\u200be", "abcde"),
        ("col1\tcol2", "col1\tcol2"),
        ("https://example.com/a?b=c", "https://example.com/a?b=c"),
        ("<b>& 'quotes'</b>", "<b>& 'quotes'</b>"),
    ],
)  # fmt: skip
def test_text_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert clean_message(typed) == stored


@pytest.mark.parametrize("typed", ["", " \n\t ", "\u200b\u200d", "\u2800", "\u0301"])
def test_a_message_needs_a_visible_character(typed: str) -> None:
    with pytest.raises(Required) as refused:
        clean_message(typed)
    assert refused.value.path == ("input", "text")


@pytest.mark.parametrize(
    "typed", ["a\x00b", "a\x1bb", "a\ue000b", "a" + "\u0301" * (MAX_MARKS + 2)]
)
def test_characters_that_no_keyboard_makes_are_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_message(typed)
    assert refused.value.path == ("input", "text")


@pytest.mark.parametrize(
    ("typed", "allowed"),
    [
        ("a" * MAX_BYTES, True),
        ("a" * (MAX_BYTES + 1), False),
        ("\u00e9" * (MAX_BYTES // 2), True),
        ("\u00e9" * (MAX_BYTES // 2 + 1), False),
        ("\U0001f490" * (MAX_BYTES // 4), True),
        ("a" * (5 * MAX_BYTES), False),
    ],
)
def test_the_limit_counts_bytes(typed: str, allowed: bool) -> None:
    if allowed:
        assert clean_message(typed) == typed
    else:
        with pytest.raises(Invalid, match="8,000 bytes"):
            clean_message(typed)


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_cleaning_a_clean_text_changes_nothing(typed: str) -> None:
    try:
        stored = clean_message(typed)
    except LaunchError:
        return
    assert clean_message(stored) == stored
    assert stored == stored.strip()
    assert "\r" not in stored
