"""Dates as people write them in spreadsheets. An ambiguous date is never guessed (M10)."""

import re
from datetime import date
from enum import StrEnum

from domain.errors import Invalid

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{2,4})", re.ASCII)
_WORD_FLAGS = re.ASCII | re.IGNORECASE
_DAY_NAME = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?[\s-]*([a-z]+)\.?,?[\s-]+(\d{4})", _WORD_FLAGS)
_NAME_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", _WORD_FLAGS)
_YEARS = range(1900, 2200)
_MONTHS = (
    ("jan",), ("feb",), ("mar", "mrz"), ("apr",), ("may", "mai"), ("jun",),
    ("jul",), ("aug",), ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez"),
)  # fmt: skip
_MAX_LENGTH = 40
_ADVICE = "Write it as 2027-04-03."


class DateOrder(StrEnum):
    """Whether day or month comes first in a date such as 03/04/2027."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class AmbiguousDate(Invalid):
    """The date may be day/month or month/day, and no order was chosen."""


def parse_import_date(text: str, order: DateOrder | None) -> date:
    """Parse the date in a cell; raises AmbiguousDate if it needs an order, else Invalid.

    `3.4.2027` is always the third of April. With slashes or hyphens the order decides; without
    one, a number above 12 does.
    """
    value = " ".join(text.split())
    if len(value) > _MAX_LENGTH:
        raise _unreadable()
    if match := _ISO.fullmatch(value):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(value):
        return _parse_numeric(match, order)
    if match := _DAY_NAME.fullmatch(_ascii(value)):
        return _day(int(match[3]), _month(match[2]), int(match[1]))
    if match := _NAME_DAY.fullmatch(_ascii(value)):
        return _day(int(match[3]), _month(match[1]), int(match[2]))
    raise _unreadable()


def _parse_numeric(match: re.Match[str], order: DateOrder | None) -> date:
    first, sign, second, year = int(match[1]), match[2], int(match[3]), match[4]
    if len(year) != 4:
        raise Invalid(f"The year needs four digits. {_ADVICE}")
    if sign == ".":
        order = DateOrder.DAY_FIRST
    if order is None:
        order = _only_order(first, second)
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return _day(int(year), month, day)


def _only_order(first: int, second: int) -> DateOrder:
    """The only possible order; either one if day and month are equal."""
    if first == second or first > 12:
        return DateOrder.DAY_FIRST
    if second > 12:
        return DateOrder.MONTH_FIRST
    raise AmbiguousDate("Say whether dates of this file begin with the day or the month.")


def _day(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise Invalid(f"The year must be between {_YEARS[0]} and {_YEARS[-1]}. {_ADVICE}")
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(f"The calendar has no such day. {_ADVICE}") from None


def _ascii(value: str) -> str:
    """Without accents, for the names of months: `März` becomes `Marz`."""
    return value.translate(str.maketrans("äÄ", "aA"))


def _month(name: str) -> int:
    start = name.casefold()[:3]
    for number, names in enumerate(_MONTHS, start=1):
        if start in names:
            return number
    raise _unreadable()


def _unreadable() -> Invalid:
    return Invalid(f"This is not a date that can be read. {_ADVICE}")
