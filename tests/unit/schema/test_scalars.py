"""Scalars: accepted values, printed values, and errors of malformed ones."""

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from graphql import GraphQLError, parse_value
from hypothesis import example, given
from hypothesis import strategies as st

from domain.platform.percent import Percent
from schema.scalars import (
    SCALARS,
    EmailAddress,
    parse_date,
    parse_datetime,
    parse_email,
    parse_percent,
    print_percent,
)
from tests.unit.domain.builders import any_text, percents

Parser = Callable[[object], object]
PARSERS: list[Parser] = [parse_email, parse_percent, parse_datetime, parse_date]
LITERALS = ["true", "null", "1", "1.5", "1e400", "9" * 5000, '"text"', '"a@b.c"', "RED"]
LITERALS += ["[1]", '{a: "b"}', '""', '"2026-11-23"', '"\\u0000"', '"""block"""']

junk = st.one_of(
    any_text,
    st.floats(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.lists(any_text | st.integers()),
    st.dates().map(date.isoformat),
    st.datetimes().map(datetime.isoformat),
)


def refused(parse: Parser, value: object) -> str:
    """Return the message of the refusal of a value."""
    with pytest.raises(GraphQLError) as caught:
        parse(value)
    assert caught.value.extensions == {"code": "BAD_USER_INPUT"}
    return caught.value.message


def literal(kind: object, text: str) -> object:
    """Read a literal of a document as this scalar."""
    parse = SCALARS[kind].parse_literal
    assert parse is not None
    return parse(parse_value(text), None)


@pytest.mark.parametrize("parse", PARSERS)
@given(value=junk)
@example(value="\x00")
@example(value="\ud800")
@example(value="a\udfff@b.c")
@example(value=math.nan)
@example(value=math.inf)
@example(value=True)
@example(value="0001-01-01T00:00:00+23:59")
@example(value="9999-12-31T23:59:59-23:59")
@example(value="2026-02-30")
@example(value="10000-01-01T00:00:00Z")
@example(value="2026-11-23T20:15:00+99:99")
def test_any_value_is_accepted_or_refused(parse: Parser, value: object) -> None:
    with suppress(GraphQLError):
        assert parse(value) is not None


@pytest.mark.parametrize("parse", PARSERS)
def test_a_huge_number_is_refused(parse: Parser) -> None:
    refused(parse, 10**5000)
    refused(parse, -(10**5000))


@pytest.mark.parametrize("kind", [EmailAddress, Percent, datetime, date])
@pytest.mark.parametrize("text", LITERALS, ids=lambda text: text[:12])
def test_any_literal_is_accepted_or_refused(kind: object, text: str) -> None:
    with suppress(GraphQLError):
        assert literal(kind, text) is not None


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("value", [None, True, b"a@b.c", ["a@b.c"], {"a": 1}, "", "\x00"], ids=repr)
def test_junk_is_refused(parse: Parser, value: object) -> None:
    assert refused(parse, value)


@pytest.mark.parametrize(
    "text",
    ["ann@example.com", "ann+tag@mail.example.co.uk", "o'b@ex-a.com", "a@1.io"],
)
def test_an_email_address_is_accepted(text: str) -> None:
    assert parse_email(text) == text
    assert parse_email(f"  {text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        *["", "ann", "@example.com", "ann@", "ann@localhost", "ann@@example.com", "a@b c.com"],
        *["ann@-example.com", "ann@example.com-", "ann@example.com.", "a\n@b.c", "a b@example.com"],
        *["a\x7f@b.c", "x" * 65 + "@b.c", "x" * 60 + "@" + "b" * 200 + ".com"],
        *["zoë@example.com", "\x00@b.c"],
    ],
)
def test_a_malformed_email_address_is_refused(text: str) -> None:
    message = refused(parse_email, text)
    assert message.startswith(("This is not an e-mail address", "An e-mail address has no"))


def test_an_international_domain_is_stored_in_its_dns_form() -> None:
    assert parse_email("ann@exämple.com") == "ann@xn--exmple-cua.com"


@pytest.mark.parametrize("text", ["ann@example..com", "ann@example.-com", "ann@example-.com"])
def test_a_domain_has_proper_labels(text: str) -> None:
    refused(parse_email, text)


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("25", 25), ("25.5", 25.5), ("0.01", 0.01), ("1e2", 100)]
)
def test_a_percentage_literal_is_accepted(text: str, expected: float) -> None:
    assert literal(Percent, text) == expected


@pytest.mark.parametrize("text", ["-1", "100.01", "33.333", "1e400", "-1e400", "true", '"25"'])
def test_a_bad_percentage_in_a_document_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match="percentage"):
        literal(Percent, text)


@pytest.mark.parametrize("value", [True, False, "25", None, math.nan, math.inf, -0.01, 33.333])
def test_a_bad_percentage_in_a_variable_is_refused(value: object) -> None:
    assert "percentage" in refused(parse_percent, value)


@pytest.mark.parametrize(
    ("value", "printed"), [(25.0, "25"), (25.5, "25.5"), (0.0, "0"), (-0.0, "0"), (33.33, "33.33")]
)
def test_a_percentage_prints_without_trailing_zeros(value: float, printed: str) -> None:
    assert repr(print_percent(value)) == printed


@given(percents)
def test_a_printed_percentage_parses_to_the_same_value(percentage: Percent) -> None:
    assert parse_percent(print_percent(percentage)) == percentage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T20:15:00Z", datetime(2026, 11, 23, 20, 15, tzinfo=UTC)),
        ("2026-11-23T20:15:00+01:00", datetime(2026, 11, 23, 19, 15, tzinfo=UTC)),
        ("2026-11-23T20:15:00.123456Z", datetime(2026, 11, 23, 20, 15, 0, 123456, tzinfo=UTC)),
    ],
)
def test_a_moment_has_its_offset(text: str, expected: datetime) -> None:
    assert parse_datetime(text) == expected


@pytest.mark.parametrize("text", ["2026-11-23T20:15:00", "2026-11-23", "20261123T201500"])
def test_a_moment_without_offset_is_refused(text: str) -> None:
    assert "needs its offset" in refused(parse_datetime, text)


@pytest.mark.parametrize(
    "text",
    ["", "now", "1795464900", "2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z", "0000-01-01T00:00Z"],
)
def test_a_malformed_moment_is_refused(text: str) -> None:
    assert "ISO 8601" in refused(parse_datetime, text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_a_moment_outside_the_calendar_in_utc_is_refused(text: str) -> None:
    """`astimezone(UTC)` raises OverflowError on these; asyncpg calls it."""
    refused(parse_datetime, text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_printed_moment_parses_to_the_same_value(moment: datetime) -> None:
    parsed = parse_datetime(moment.isoformat())
    assert (parsed, parsed.utcoffset()) == (moment, timedelta(0))


@given(st.dates())
def test_a_printed_day_parses_to_the_same_value(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize("text", ["", "today", "2026-02-30", "2026-11-23T20:15:00Z", "10000-01-01"])
def test_a_malformed_day_is_refused(text: str) -> None:
    assert "ISO 8601" in refused(parse_date, text)
