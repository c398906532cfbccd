"""Where a letter stands, and what may be done to it."""

import pytest

from domain.errors import InvalidTransition
from domain.outbox import MOST_ATTEMPTS, MailStatus, Standing, check_cancel, check_retry, gives_up
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
]


@pytest.mark.parametrize(("standing", "status"), STANDINGS)
def test_only_what_a_server_took_is_sent(standing: Standing, status: MailStatus) -> None:
    assert standing.status is status


@pytest.mark.parametrize(("standing", "status"), STANDINGS)
def test_what_is_over_or_has_no_way_out_is_not_tried_again(
    standing: Standing, status: MailStatus
) -> None:
    if standing.has_server and status not in (MailStatus.SENT, MailStatus.CANCELLED):
        check_retry(standing)
    else:
        with pytest.raises(InvalidTransition):
            check_retry(standing)


def test_what_is_sent_cannot_be_taken_back() -> None:
    check_cancel(Standing(True, cancelled_at=NOW))
    with pytest.raises(InvalidTransition):
        check_cancel(Standing(True, sent_at=NOW))


def test_another_try_by_hand_is_eight_more() -> None:
    given_up = [tries for tries in range(1, 20) if gives_up(tries)]
    assert given_up == [MOST_ATTEMPTS, 2 * MOST_ATTEMPTS]
