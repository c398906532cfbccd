"""When the invitations of a bulk invitation leave (M10)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.marketplace.bulk_invitations import (
    BulkInvitationStatus,
    Forecast,
    SendingPace,
    forecast,
    is_given_up,
    next_departure,
    status_of,
)
from domain.marketplace.invitation_limits import (
    DAY,
    MAX_ACCOUNT,
    MAX_DECLINES,
    MAX_DISTRUSTED,
    MAX_FIRST_DAY,
    MAX_NEW_ACCOUNT,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD = NOW - timedelta(days=400)


@pytest.mark.parametrize(
    ("waiting", "pace", "expected"),
    [
        (0, SendingPace(OLD), Forecast(0, None)),
        (1, SendingPace(OLD), Forecast(1, NOW)),
        (MAX_ACCOUNT, SendingPace(OLD), Forecast(MAX_ACCOUNT, NOW)),
        (MAX_ACCOUNT + 1, SendingPace(OLD), Forecast(MAX_ACCOUNT, NOW + DAY)),
        (1_000, SendingPace(OLD), Forecast(MAX_ACCOUNT, NOW + 4 * DAY)),
        # 150 were sent an hour ago: they make room in 23 hours, which is within a day.
        (
            MAX_ACCOUNT,
            SendingPace(OLD, sent=[NOW - HOUR] * 150),
            Forecast(MAX_ACCOUNT, NOW + 23 * HOUR),
        ),
        # A new account sends 20 at once, 30 more when it is a day old.
        (
            MAX_NEW_ACCOUNT,
            SendingPace(NOW - HOUR),
            Forecast(MAX_NEW_ACCOUNT, NOW + 23 * HOUR),
        ),
        (MAX_FIRST_DAY, SendingPace(NOW), Forecast(MAX_FIRST_DAY, NOW)),
        (
            MAX_NEW_ACCOUNT + 1,
            SendingPace(NOW - 2 * DAY),
            Forecast(MAX_NEW_ACCOUNT, NOW + DAY),
        ),
        # Declined too often: five a day.
        (
            11,
            SendingPace(OLD, declines=MAX_DECLINES),
            Forecast(MAX_DISTRUSTED, NOW + 2 * DAY),
        ),
        # E-mails that are more than a day old do not count.
        (MAX_ACCOUNT, SendingPace(OLD, sent=[NOW - DAY] * 150), Forecast(MAX_ACCOUNT, NOW)),
    ],
)
def test_how_many_leave_within_a_day_and_when_the_last_one_does(
    waiting: int, pace: SendingPace, expected: Forecast
) -> None:
    assert forecast(waiting, pace, NOW) == expected


def test_the_next_one_leaves_when_the_oldest_email_is_a_day_old() -> None:
    pace = SendingPace(OLD, sent=[NOW - 3 * HOUR] * 100 + [NOW - 5 * HOUR] * 100)
    assert next_departure(pace, NOW) == NOW + 19 * HOUR
    assert next_departure(SendingPace(OLD), NOW) == NOW


@pytest.mark.parametrize(
    ("stopped", "finished", "status"),
    [
        (None, None, BulkInvitationStatus.RUNNING),
        (NOW, None, BulkInvitationStatus.STOPPED),
        (None, NOW, BulkInvitationStatus.FINISHED),
    ],
)
def test_the_status_of_a_bulk_invitation_follows_from_its_end(
    stopped: datetime | None, finished: datetime | None, status: BulkInvitationStatus
) -> None:
    assert status_of(stopped, finished) is status


def test_a_recipient_without_room_is_given_up_after_two_weeks() -> None:
    assert not is_given_up(NOW - timedelta(days=13), NOW)
    assert is_given_up(NOW - timedelta(days=14), NOW)
