"""Clients and their dates (S9, decision 13)."""

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid, Required
from domain.marketplace.clients import (
    PAST_DATE,
    ClientStatus,
    check_client,
    date_warnings,
    without_invitation,
)
from tests.unit.domain.builders import NOW, any_text


@pytest.mark.parametrize(
    ("day", "warned"),
    [
        (None, False),
        (date(2024, 8, 15), True),
        (date(2026, 11, 22), True),
        (date(2026, 11, 23), False),
        (date(2031, 6, 1), False),
        (date.max, False),
    ],
)
def test_a_past_date_is_warned_of(day: date | None, warned: bool) -> None:
    assert date_warnings(day, NOW) == ([PAST_DATE] if warned else [])


def test_a_day_is_not_past_while_it_lasts_somewhere_on_earth() -> None:
    """UTC is already in tomorrow; on Baker Island it is still the day."""
    tomorrow = datetime(2026, 11, 24, 11, 59, tzinfo=NOW.tzinfo)
    assert date_warnings(date(2026, 11, 23), tomorrow) == []
    assert date_warnings(date(2026, 11, 23), tomorrow + timedelta(minutes=1)) == [PAST_DATE]


@given(any_text)
def test_names_are_one_line_or_refused(text: str) -> None:
    with suppress(Required, Invalid):
        names = check_client({"couple_names": text})["couple_names"]
        assert isinstance(names, str)
        assert len(names.splitlines()) == 1
        assert 1 <= len(names) <= 200


@given(
    st.text(
        st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\r\t"), max_size=5000
    )
)
def test_notes_come_back_whole(notes: str) -> None:
    assert check_client({"notes": notes}) == {"notes": notes}


def test_a_missing_field_is_not_checked() -> None:
    assert check_client({}) == {}


@pytest.mark.parametrize("status", ClientStatus)
def test_only_an_invited_client_goes_back_to_added(status: ClientStatus) -> None:
    expected = ClientStatus.ADDED if status is ClientStatus.INVITED else status
    assert without_invitation(status) is expected
