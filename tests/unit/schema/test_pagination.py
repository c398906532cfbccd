"""Relay pages: their bounds, their cursors, and what comes of foreign ones (A43)."""

import base64
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.platform.keyset import Keyset
from schema.pagination import Connection, Page, PageInfo, connection, decode_cursor, encode_cursor
from tests.unit.domain.builders import NOW, any_text

KEY = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
moments = st.datetimes(timezones=st.just(UTC))


def page_after(*parts: object) -> Page:
    """Ask for a page after a cursor of our own making."""
    return Page.of(None, encode_cursor(*parts))


@pytest.mark.parametrize("size", [0, 1, 50, 100])
def test_a_page_has_up_to_100_rows_and_50_unasked(size: int) -> None:
    assert Page.of(None, None) == Page(50)
    assert Page.of(size, None) == Page(size)
    assert Page.of(None, None, size) == Page(size, from_end=True)


@pytest.mark.parametrize("size", [-(10**9), -1, 101, 10**9])
def test_other_sizes_are_refused_by_name(size: int) -> None:
    for name in ("first", "last"):
        sizes = (size, None) if name == "first" else (None, None, size)
        with pytest.raises(Invalid, match=f"{name} must lie between 0 and 100") as caught:
            Page.of(*sizes)
        assert caught.value.path == (name,)


def test_a_page_has_one_end() -> None:
    with pytest.raises(Invalid, match="not for both") as caught:
        Page.of(1, None, 1)
    assert caught.value.path == ("last",)


@given(st.lists(st.text()))
def test_a_cursor_gives_back_its_position(parts: list[str]) -> None:
    assert decode_cursor(encode_cursor(*parts)) == tuple(parts)


@given(moments, st.uuids())
def test_a_moment_is_found_again(moment: datetime, key: UUID) -> None:
    """To the microsecond, or rows made in the same second would be skipped."""
    assert page_after(moment, key).moments().after == (moment, key)


@given(st.integers(0, 2**31 - 1))
def test_a_number_is_found_again(number: int) -> None:
    assert page_after(number).numbers().after == number


def test_a_first_page_comes_after_nothing() -> None:
    assert Page.of(10, None).moments() == Keyset(11)
    assert Page.of(10, None).numbers() == Keyset(11)


def test_a_last_page_comes_before_what_was_seen() -> None:
    page = Page.of(None, encode_cursor(1), 10, encode_cursor(9))
    assert page.numbers() == Keyset(11, 1, 9, from_end=True)
    with pytest.raises(Invalid) as caught:
        page.moments()
    assert caught.value.path == ("after",)
    with pytest.raises(Invalid) as caught:
        Page.of(None, None, 10, encode_cursor("x")).numbers()
    assert caught.value.path == ("before",)


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
    with suppress(Invalid):
        assert page.moments().after is not None
    with suppress(Invalid):
        assert page.numbers().after is not None


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
        page_after(*parts).moments()
    assert caught.value.path == ("after",)


@pytest.mark.parametrize(
    "parts", [(), (NOW, KEY), (1, 2), (-1,), ("1.5",), ("²",), ("٣",), ("",), (" 1",), (10**18,)]
)
def test_a_list_ordered_by_number_refuses_other_cursors(parts: tuple[object, ...]) -> None:
    with pytest.raises(Invalid, match="does not belong") as caught:
        page_after(*parts).numbers()
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
        page_after(moment, KEY).moments()


def test_a_number_beyond_a_run_number_is_refused() -> None:
    """PhaseRun.number is an INTEGER; asyncpg raises on a parameter past 2**31 - 1."""
    with pytest.raises(Invalid):
        page_after(2**31).numbers()


@dataclass
class Numbers(Connection[object]):
    """A connection of plain numbers."""

    total: int = field(kw_only=True)


def numbers(rows: range, page: Page) -> Numbers:
    """Make the page of these rows, each its own cursor."""
    return connection(partial(Numbers, total=9), rows, page, cursor=encode_cursor, wrap=int)


def test_an_extra_row_means_another_page() -> None:
    connection = numbers(range(4), Page(3))
    assert connection.nodes == [edge.node for edge in connection.edges] == [0, 1, 2]
    first, last = encode_cursor(0), encode_cursor(2)
    assert connection.page_info == PageInfo(
        has_next_page=True, has_previous_page=False, start_cursor=first, end_cursor=last
    )


def test_the_last_page_says_so() -> None:
    connection = numbers(range(3), Page(3, after=("7",)))
    assert not connection.page_info.has_next_page
    assert connection.page_info.has_previous_page
    assert connection.total == 9


def test_a_page_from_the_end_is_in_the_order_of_the_list() -> None:
    connection = numbers(range(9, 5, -1), Page(3, from_end=True))
    assert connection.nodes == [7, 8, 9]
    assert connection.page_info == PageInfo(
        has_next_page=False,
        has_previous_page=True,
        start_cursor=encode_cursor(7),
        end_cursor=encode_cursor(9),
    )
    before = numbers(range(2, 0, -1), Page(3, before=("3",), from_end=True))
    assert (before.page_info.has_next_page, before.page_info.has_previous_page) == (True, False)


@pytest.mark.parametrize(("rows", "more"), [(0, False), (1, True)])
def test_a_page_of_nothing_says_whether_there_is_something(rows: int, *, more: bool) -> None:
    for page in (Page(0), Page(0, from_end=True)):
        info = numbers(range(rows), page).page_info
        assert (info.start_cursor, info.end_cursor) == (None, None)
        assert (info.has_previous_page if page.from_end else info.has_next_page) is more


def test_an_empty_page_has_no_cursors() -> None:
    info = numbers(range(0), Page(3)).page_info
    assert (info.start_cursor, info.end_cursor, info.has_next_page) == (None, None, False)
