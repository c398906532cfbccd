"""One-line text (SEC13, D12)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid, LaunchError, Required
from domain.platform.text import check_long_text, clean_line, printable

LIMIT = 200


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Anna", "Anna"),
        ("  Anna  Maria ", "Anna  Maria"),
        ("Rene\u0301", "Ren\u00e9"),
        ("Blumen & Söhne, GmbH", "Blumen & Söhne, GmbH"),
        ("花屋", "花屋"),
        ("=?utf-8?q?X?=", "=?utf-8?q?X?="),
        ("💐", "💐"),
        ("گل\u200cفروشی رز", "گل\u200cفروشی رز"),  # a Persian flower shop
        ("می\u200cخوش", "می\u200cخوش"),
        ("ශ්\u200dරී", "ශ්\u200dරී"),  # Sri in Sinhala
        ("രാജന്\u200d", "രാജന്\u200d"),  # a Malayalam name
        ("क्\u200cष", "क्\u200cष"),
        ("Anna 👩🏽\u200d❤\ufe0f\u200d👨 Bob", "Anna 👩🏽\u200d❤\ufe0f\u200d👨 Bob"),
    ],
)
def test_line_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert clean_line(typed, LIMIT) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "a\nb",
        "a\rb",
        "a\x00b",
        "a\x1b[31mb",
        "a\x85b",
        "a\u200bb",
        "a\u202eb",
        "a\u2066b",
        "a\ufeffb",
        "a\u00adb",
        "a\u2028b",
        "a\u3164b",
        "a\ue000b",
        "a\U000e0041b",
        "a\u034fb",
    ],
)
def test_line_with_a_hidden_character_is_refused_by_its_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_line(typed, LIMIT, ("input", "name"))
    assert refused.value.path == ("input", "name")
    name = unicodedata.name(typed[1], "").lower() or f"U+{ord(typed[1]):04X}"
    assert name in refused.value.message


@pytest.mark.parametrize(
    "typed",
    [
        *("a\u200cb", "a\u200db", "\u200dab", "💐\u200d", "💐\u200da", "گل\u200c", "گل\u200ca"),
        "د\u200cر",  # the first letter joins nothing: the joiner is invisible
        "گل\u200c\u200cفروشی",
        "ශ්\u200d\u200dරී",
        "क्\u200c",
    ],
)
def test_line_with_a_joiner_that_nobody_sees_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="zero width"):
        clean_line(typed, LIMIT)


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0\u2003", "\u0301", "\ufe0f"])
def test_line_needs_a_visible_character(typed: str) -> None:
    with pytest.raises(Required):
        clean_line(typed, LIMIT)


def test_line_has_a_limit() -> None:
    assert clean_line("x" * LIMIT, LIMIT)
    with pytest.raises(Invalid, match="1 to 200"):
        clean_line("x" * (LIMIT + 1), LIMIT)


@given(st.text())
def test_every_stored_line_is_visible_normal_and_stays_itself(typed: str) -> None:
    try:
        stored = clean_line(typed, LIMIT)
    except LaunchError:
        return
    assert clean_line(stored, LIMIT) == stored == unicodedata.normalize("NFC", stored)
    assert stored.splitlines() == [stored]
    assert not {unicodedata.category(character) for character in stored} & {"Cc", "Cf", "Zl", "Zp"}
    assert printable(stored) == stored


def test_long_text_keeps_its_lines_and_refuses_control_characters() -> None:
    check_long_text("One\n\tTwo\r\n👨‍👩‍👧", LIMIT)
    with pytest.raises(Invalid, match=r"U\+001B"):
        check_long_text("a\x1b[2J", LIMIT)


def test_terminal_shows_hidden_characters_instead_of_obeying_them() -> None:
    assert printable("a\x1b[2Jb\u202e\n") == "a\\u{001b}[2Jb\\u{202e}\n"
