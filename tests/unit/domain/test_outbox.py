"""Where an e-mail stands, and what may be done to it."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.errors import InvalidTransition
from domain.mail.outbox import (
    RETRY_FOR,
    MailStatus,
    Standing,
    check_bounce,
    check_cancel,
    check_link,
    check_retry,
    mail_of,
    next_attempt,
    retry_until,
)
from tests.unit.domain.builders import NOW

STANDINGS = [
    (Standing(False), MailStatus.WAITING),
    (Standing(False, attempts=3), MailStatus.WAITING),
    (Standing(True), MailStatus.QUEUED),
    (Standing(True, attempts=3), MailStatus.RETRYING),
    (Standing(True, attempts=8, failed_at=NOW), MailStatus.FAILED),
    (Standing(False, attempts=8, failed_at=NOW), MailStatus.FAILED),
    (Standing(True, attempts=1, cancelled_at=NOW), MailStatus.CANCELLED),
    (Standing(True, failed_at=NOW, cancelled_at=NOW), MailStatus.CANCELLED),
    (Standing(True, attempts=1, sent_at=NOW), MailStatus.SENT),
    (Standing(False, attempts=1, sent_at=NOW), MailStatus.SENT),
    (Standing(True, attempts=1, failed_at=NOW, bounced_at=NOW), MailStatus.FAILED),
    (Standing(True, attempts=1, cancelled_at=NOW, bounced_at=NOW), MailStatus.CANCELLED),
]
BACK = Standing(True, attempts=1, sent_at=NOW, bounced_at=NOW)


@pytest.mark.parametrize(("standing", "status"), STANDINGS)
def test_only_what_a_server_took_is_sent(standing: Standing, status: MailStatus) -> None:
    assert standing.status is status


@pytest.mark.parametrize(("standing", "status"), STANDINGS)
def test_finished_or_undeliverable_mail_is_not_retried(
    standing: Standing, status: MailStatus
) -> None:
    if standing.has_server and status not in (MailStatus.SENT, MailStatus.CANCELLED):
        check_retry(standing)
    else:
        with pytest.raises(InvalidTransition):
            check_retry(standing)


def test_sent_mail_cannot_be_cancelled() -> None:
    check_cancel(Standing(True, cancelled_at=NOW))
    for standing in (Standing(True, sent_at=NOW), BACK):
        with pytest.raises(InvalidTransition):
            check_cancel(standing)


def test_bounced_mail_has_failed_and_cannot_be_retried() -> None:
    """Requirement X13."""
    assert BACK.status is MailStatus.FAILED
    check_bounce(BACK)
    with pytest.raises(InvalidTransition, match="bounced"):
        check_retry(BACK)


@pytest.mark.parametrize(("standing", "status"), STANDINGS)
def test_only_what_is_out_comes_back(standing: Standing, status: MailStatus) -> None:
    if status is MailStatus.SENT:
        check_bounce(standing)
    else:
        with pytest.raises(InvalidTransition):
            check_bounce(standing)


KEY = UUID("01234567-89ab-cdef-0123-456789abcdef")


@pytest.mark.parametrize(
    ("message_id", "expected"),
    [
        (f"<{KEY}@wedsync.app>", KEY),
        (f" {KEY}@wedsync.app ", KEY),
        (f"<{KEY}@>", None),
        (f"<{KEY}>", None),
        ("<------------------------------------@wedsync.app>", None),
        ("<other@wedsync.app>", None),
        ("", None),
    ],
)
def test_a_bounce_names_its_email_by_the_message_id(message_id: str, expected: UUID | None) -> None:
    assert mail_of(message_id) == expected


def test_next_attempt_doubles_up_to_an_hour() -> None:
    pauses = []
    for attempts in range(1, 12):
        at = next_attempt(attempts, NOW, NOW + RETRY_FOR)
        assert at is not None
        pauses.append((at - NOW).total_seconds())
    assert pauses == [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600]


@pytest.mark.parametrize("away", [timedelta(minutes=5), timedelta(days=4)])
def test_a_server_that_comes_back_still_gets_the_mail(away: timedelta) -> None:
    """F2: greylisting, and a relay that is away, outlast no e-mail."""
    now, attempts = NOW, 0
    while now - NOW < away:
        attempts += 1
        repeated = next_attempt(attempts, now, retry_until(NOW, None))
        assert repeated is not None
        now = repeated


def test_no_attempt_is_made_when_the_link_has_expired() -> None:
    until = retry_until(NOW, NOW + timedelta(hours=1))
    assert until == NOW + timedelta(hours=1)
    assert next_attempt(1, until - timedelta(seconds=31), until) == until - timedelta(seconds=1)
    assert next_attempt(1, until - timedelta(seconds=30), until) is None


def test_an_expired_link_is_not_sent_again() -> None:
    with pytest.raises(InvalidTransition, match="send a new one"):
        check_link(NOW, NOW)
    check_link(NOW + timedelta(seconds=1), NOW)
    check_link(None, NOW)
