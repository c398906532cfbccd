"""When an invited couple is reminded, and when it may ask for a new link (M6)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.marketplace.invitation_reminders import is_ending, may_request_link, next_reminder
from domain.marketplace.invitations import InvitationStatus

SENT_AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("lifetime", "after", "expected"),
    [
        (14, 0, 3),
        (14, 3, 13),
        (14, 5, 13),
        (14, 13, None),
        (30, 0, 3),
        (5, 0, 3),
        (5, 3, 4),
        (4.5, 0, 3.5),  # three days and the last one lie less than a day apart
        (3, 0, 2),
        (2, 0, 1),
        (1.5, 0, None),
        (1, 0, None),
    ],
)
def test_reminders_come_after_three_days_and_a_day_before_the_end(
    lifetime: float, after: float, expected: float | None
) -> None:
    at = next_reminder(SENT_AT, SENT_AT + days(lifetime), SENT_AT + days(after))
    assert at == (None if expected is None else SENT_AT + days(expected))


@pytest.mark.parametrize(
    ("now", "expected"), [(12.9, False), (13, True), (13.9, True), (14, False)]
)
def test_an_invitation_ends_soon_on_its_last_day(now: float, expected: bool) -> None:
    assert is_ending(SENT_AT + days(14), SENT_AT + days(now)) is expected


@pytest.mark.parametrize(
    ("status", "requested", "now", "expected"),
    [
        (InvitationStatus.EXPIRED, None, 15, True),
        (InvitationStatus.SENT, None, 15, True),  # its end has passed, and nobody swept it up yet
        (InvitationStatus.SENT, None, 13, False),
        (InvitationStatus.EXPIRED, 14.5, 15, False),
        (InvitationStatus.EXPIRED, 14, 15, True),
        (InvitationStatus.ACCEPTED, None, 15, False),
        (InvitationStatus.REVOKED, None, 15, False),
        (InvitationStatus.DECLINED, None, 15, False),
    ],
)
def test_a_new_link_is_for_expired_invitations_once_a_day(
    status: InvitationStatus, requested: float | None, now: float, expected: bool
) -> None:
    requested_at = None if requested is None else SENT_AT + days(requested)
    ends_at, at = SENT_AT + days(14), SENT_AT + days(now)
    assert may_request_link(status, ends_at, requested_at, at) is expected
