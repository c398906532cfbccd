"""Relay pages: their bounds, their cursors, and what comes of foreign ones (SPEC A43)."""

import base64
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Invalid
from schema.pagination import Connection, Page, PageInfo, connection, decode_cursor, encode_cursor
from tests.unit.domain.builders import NOW, any_text

KEY = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
moments = st.datetimes(timezones=st.just(UTC))


def page_after(*parts: object) -> Page:
    """Ask for a page after a cursor of our own making."""
    return Page.of(None, encode_cursor(*parts))


@pytest.mark.parametrize(("first", "expected"), [(None, 50), (1, 1), (50, 50), (100, 100)])
def test_a_page_has_1_to_100_rows_and_50_unasked(first: int | None, expected: int) -> None:
    assert Page.of(first, None) == Page(expected)


@pytest.mark.parametrize("first", [-(10**9), -1, 0, 101, 10**9])
def test_other_sizes_are_refused_by_name(first: int) -> None:
    with pytest.raises(Invalid, match="between 1 and 100") as caught:
        Page.of(first, None)
    assert caught.value.path == ("first",)


@given(st.lists(st.text()))
def test_a_cursor_gives_back_its_position(parts: list[str]) -> None:
    assert decode_cursor(encode_cursor(*parts)) == tuple(parts)


@given(moments, st.uuids())
def test_a_moment_is_found_again(moment: datetime, key: UUID) -> None:
    """To the microsecond, or rows made in the same second would be skipped."""
    assert page_after(moment, key).after_moment() == (moment, key)


@given(st.integers(0, 2**31 - 1))
def test_a_number_is_found_again(number: int) -> None:
    assert page_after(number).after_number() == number


def test_a_first_page_comes_after_nothing() -> None:
    assert Page.of(10, None).after_moment() is None
    assert Page.of(10, None).after_number() is None


@given(any_text)
@example("")
@example("a")
@example("=")
@example("\ud800")
@example("é")
def test_any_text_is_a_cursor_or_invalid(text: str) -> None:
    with suppress(Invalid):
        assert all(isinstance(part, str) for part in decode_cursor(text))


@given(st.binary())
@example(b"[" * 100_000)
@example(b"9" * 5000)
@example(b"\xff\xfe[\x00")
def test_any_bytes_are_a_cursor_or_invalid(raw: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(decode_cursor(base64.urlsafe_b64encode(raw).decode()), tuple)


@pytest.mark.parametrize("raw", [b"", b"null", b"1", b"[1]", b'["a",null]', b'{"a":1}', b'"a"'])
def test_a_cursor_of_another_shape_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(Invalid, match="does not belong") as caught:
        Page.of(None, base64.urlsafe_b64encode(raw).decode())
    assert caught.value.path == ("after",)


@given(st.lists(any_text, max_size=3))
def test_any_position_is_a_place_or_invalid(parts: list[str]) -> None:
    page = page_after(*parts)
    for read in (page.after_moment, page.after_number):
        with suppress(Invalid):
            assert read() is not None


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (12,),
        (NOW,),
        (KEY, NOW),
        (NOW, KEY, KEY),
        (NOW.replace(tzinfo=None), KEY),
        ("yesterday", KEY),
        (NOW, "phase"),
    ],
)
def test_a_list_ordered_by_time_refuses_other_cursors(parts: tuple[object, ...]) -> None:
    with pytest.raises(Invalid, match="does not belong") as caught:
        page_after(*parts).after_moment()
    assert caught.value.path == ("after",)


@pytest.mark.parametrize(
    "parts", [(), (NOW, KEY), (1, 2), (-1,), ("1.5",), ("²",), ("",), (" 1",), (10**18,)]
)
def test_a_list_ordered_by_number_refuses_other_cursors(parts: tuple[object, ...]) -> None:
    with pytest.raises(Invalid, match="does not belong") as caught:
        page_after(*parts).after_number()
    assert caught.value.path == ("after",)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))),
    ],
)
def test_a_moment_outside_the_calendar_in_utc_is_refused(moment: datetime) -> None:
    with pytest.raises(Invalid):
        page_after(moment, KEY).after_moment()


def test_a_number_beyond_a_run_number_is_refused() -> None:
    """PhaseRun.number is an INTEGER; asyncpg raises on a parameter past 2**31 - 1."""
    with pytest.raises(Invalid):
        page_after(2**31).after_number()


@dataclass
class Numbers(Connection[object]):
    """A connection of plain numbers."""

    total: int = field(kw_only=True)


def numbers(rows: range, page: Page) -> Numbers:
    """Make the page of these rows, each its own cursor."""
    return connection(Numbers, rows, page, cursor=encode_cursor, wrap=int, total=9)


def test_one_row_more_than_asked_for_means_another_page() -> None:
    found = numbers(range(4), Page(3))
    assert found.nodes == [edge.node for edge in found.edges] == [0, 1, 2]
    first, last = encode_cursor(0), encode_cursor(2)
    assert found.page_info == PageInfo(
        has_next_page=True, has_previous_page=False, start_cursor=first, end_cursor=last
    )


def test_the_last_page_says_so() -> None:
    found = numbers(range(3), Page(3, after=("7",)))
    assert not found.page_info.has_next_page
    assert found.page_info.has_previous_page
    assert found.total == 9


def test_an_empty_page_has_no_cursors() -> None:
    info = numbers(range(0), Page(3)).page_info
    assert (info.start_cursor, info.end_cursor, info.has_next_page) == (None, None, False)
