"""Nudges: when, how often, in which words (S72, S73, A38, X12)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.journeys.onboarding import STEPS, OnboardingSide
from domain.mail.email import MailKind
from domain.mail.unsubscribing import read, sign
from domain.marketplace.nudge_emails import Nudging, nudge_email
from domain.marketplace.nudges import (
    LADDER,
    NudgeKind,
    StallState,
    banner,
    by_mail,
    is_abandoned,
    is_stuck,
    message,
    next_look,
    nudge_due,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SUPPLIER, COUPLE = OnboardingSide.SUPPLIER, OnboardingSide.COUPLE
SECRET = b"a secret that only tests know"


def idle(seconds: float, **more: object) -> StallState:
    """Somebody who did nothing for so long."""
    return replace(StallState(NOW - timedelta(seconds=seconds)), **more)  # type: ignore[arg-type]


def test_the_ladder_is_that_of_the_source() -> None:
    """S72: five minutes, an hour, a day."""
    assert [step.total_seconds() for step in LADDER] == [300, 3_600, 86_400]


@pytest.mark.parametrize(
    ("standing", "due"),
    [
        (idle(299), False),
        (idle(300), True),
        (idle(3_599, sent=1), False),
        (idle(3_600, sent=1), True),
        (idle(86_399, sent=2), False),
        (idle(86_400, sent=2), True),
        (idle(10**7, sent=3), False),
        (idle(10**7, opted_out=True), False),
    ],
)
def test_three_nudges_at_most(standing: StallState, due: bool) -> None:
    """Requirement S73."""
    assert nudge_due(standing, NOW) is due


def test_the_first_stays_in_the_app() -> None:
    assert [by_mail(sent) for sent in range(3)] == [False, True, True]


def test_a_day_without_activity_is_abandonment() -> None:
    assert [is_abandoned(idle(seconds), NOW) for seconds in (86_399, 86_400)] == [False, True]
    assert not is_abandoned(idle(10**6, left=True), NOW)


@pytest.mark.parametrize(
    ("standing", "seconds"),
    [
        (idle(0), 300),
        (idle(300, marked=True, sent=1), 3_300),
        (idle(300, marked=True, sent=1, opted_out=True), 86_100),
        (idle(3_600, marked=True, sent=2), 82_800),
        (idle(7_200, marked=True, sent=1), 300),
        (idle(86_400, marked=True, sent=3, left=True), None),
    ],
)
def test_the_next_look_is_when_something_is_due(standing: StallState, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert next_look(standing, NOW) == expected


def test_while_an_incident_is_open_no_nudge_is_waited_for() -> None:
    """Requirement X12."""
    next_at = next_look(idle(300, marked=True), NOW, silenced=True)
    assert next_at == NOW + timedelta(seconds=86_100)


@given(st.integers(0, 10**6), st.integers(0, 3), st.booleans(), st.booleans(), st.booleans())
def test_looking_never_goes_on_for_ever(
    seconds: int, sent: int, opted_out: bool, marked: bool, left: bool
) -> None:
    standing, now = StallState(NOW, sent, opted_out, marked, left), NOW + timedelta(seconds=seconds)
    repeated = next_look(standing, now)
    assert repeated is None or now < repeated <= max(NOW + LADDER[-1], now + LADDER[0])
    assert is_stuck(standing, now) is (seconds >= 300)


@pytest.mark.parametrize("kind", NudgeKind)
@pytest.mark.parametrize("side", OnboardingSide)
def test_words_name_the_step_and_the_brand(kind: NudgeKind, side: OnboardingSide) -> None:
    step = STEPS[side][0]
    email = nudge_email(
        "s@example.com", kind, Nudging(side, step, "https://x/go", "https://x/stop")
    )
    assert step.title in message(kind, step)
    assert step.title in email.body
    assert step.title in banner(step)
    assert ("WedSync" in email.body, "WedMe" in email.body) == (side is SUPPLIER, side is COUPLE)
    assert (email.kind, email.unsubscribe) == (MailKind.NUDGE, "https://x/stop")
    assert "https://x/go" in email.body
    assert "https://x/stop" in email.body


def test_a_link_is_of_one_person() -> None:
    user = uuid4()
    assert read(sign(user, SECRET), SECRET) == user


@pytest.mark.parametrize("code", ["", "x", "é", "=" * 50, "A" * 43, "A" * 10_000])
def test_a_link_that_is_not_ours_is_nobodys(code: str) -> None:
    assert read(code, SECRET) is None


def test_a_link_of_another_secret_is_nobodys() -> None:
    assert read(sign(uuid4(), b"another"), SECRET) is None
