"""Dates of spreadsheets; an ambiguous one is asked about (M10)."""

from datetime import date

import pytest

from domain.errors import Invalid
from domain.marketplace.import_dates import AmbiguousDate, DateOrder, parse_import_date

DAY = date(2027, 4, 3)
DAY_FIRST, MONTH_FIRST = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    "text",
    [
        "2027-04-03", "2027/4/3", "2027.04.03", "2027-04-03 00:00:00", "2027-04-03T00:00",
        "3.4.2027", "03.04.2027", "3. 4. 2027", "3 April 2027", "3. April 2027", "3rd April 2027",
        "April 3, 2027", "Apr 3 2027", "3-Apr-2027", "03 apr. 2027",
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", [None, DAY_FIRST, MONTH_FIRST])
def test_unambiguous_dates_are_parsed(text: str, order: DateOrder | None) -> None:
    assert parse_import_date(text, order) == DAY


@pytest.mark.parametrize("text", ["03/04/2027", "3/4/2027", "03-04-2027"])
def test_an_ambiguous_date_is_never_guessed(text: str) -> None:
    with pytest.raises(AmbiguousDate):
        parse_import_date(text, None)
    assert parse_import_date(text, DAY_FIRST) == DAY
    assert parse_import_date(text, MONTH_FIRST) == date(2027, 3, 4)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/04/2027", date(2027, 4, 25)),
        ("04/25/2027", date(2027, 4, 25)),
        ("05/05/2027", date(2027, 5, 5)),
        ("12. März 2027", date(2027, 3, 12)),
        ("1 Oktober 2027", date(2027, 10, 1)),
        ("29.2.2028", date(2028, 2, 29)),
    ],
)
def test_other_days_that_are_certain(text: str, day: date) -> None:
    assert parse_import_date(text, None) == day


@pytest.mark.parametrize(
    ("text", "order", "message"),
    [
        ("04/25/2027", DAY_FIRST, "no such day"),
        ("25/04/2027", MONTH_FIRST, "no such day"),
        ("29.2.2027", None, "no such day"),
        ("3.4.27", None, "four digits"),
        ("03/04/227", DAY_FIRST, "four digits"),
        ("3.4.0027", None, "between 1900 and 2199"),
        ("46115", None, "not a date"),
        ("next spring", None, "not a date"),
        ("3 Foo 2027", None, "not a date"),
        ("2027-04-03 18:30", None, "not a date"),
        ("1" * 100_000, None, "not a date"),
    ],
)
def test_a_malformed_date_says_why(text: str, order: DateOrder | None, message: str) -> None:
    with pytest.raises(Invalid, match=message) as caught:
        parse_import_date(text, order)
    assert not isinstance(caught.value, AmbiguousDate)
