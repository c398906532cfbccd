"""How many invitations may be sent, and to whom (SEC5)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import InvalidTransition, RateLimited
from domain.marketplace import invitation_limits as rules
from domain.marketplace.invitation_limits import InvitationEmail, SentInADay

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
OLD = timedelta(days=30)
FROM_OLD_ACCOUNT = InvitationEmail("corp.com", OLD, "198.51.100.0/24")
FROM_NEW_ACCOUNT = InvitationEmail("corp.com", timedelta(days=2), "198.51.100.0/24")


@pytest.mark.parametrize(
    ("age", "declines", "limit"),
    [
        (timedelta(0), 0, rules.MAX_FIRST_DAY),
        (timedelta(days=1), 0, rules.MAX_NEW_ACCOUNT),
        (timedelta(days=7), 0, rules.MAX_ACCOUNT),
        (timedelta(days=365), rules.MAX_DECLINES - 1, rules.MAX_ACCOUNT),
        (timedelta(days=365), rules.MAX_DECLINES, rules.MAX_DISTRUSTED),
    ],
)
def test_new_accounts_start_low_and_declines_count(
    age: timedelta, declines: int, limit: int
) -> None:
    assert rules.account_limit(age, declines) == limit


@pytest.mark.parametrize(
    ("email", "at_limit"),
    [
        (FROM_OLD_ACCOUNT, SentInADay(by_account=rules.MAX_ACCOUNT)),
        (FROM_OLD_ACCOUNT, SentInADay(to_recipient=rules.MAX_TO_RECIPIENT)),
        (FROM_OLD_ACCOUNT, SentInADay(to_recipient_by_account=rules.MAX_TO_RECIPIENT_BY_ACCOUNT)),
        (FROM_OLD_ACCOUNT, SentInADay(to_domain=rules.MAX_TO_DOMAIN)),
        (FROM_NEW_ACCOUNT, SentInADay(from_block=rules.MAX_FROM_BLOCK)),
    ],
)
def test_one_more_than_a_limit_is_refused(email: InvitationEmail, at_limit: SentInADay) -> None:
    with pytest.raises(RateLimited):
        rules.check_limits(email, at_limit)
    values = {name: max(0, getattr(at_limit, name) - 1) for name in SentInADay.__slots__}
    rules.check_limits(email, SentInADay(**values))


@pytest.mark.parametrize("domain", ["gmail.com", "couples.example", "example.org", "b.test"])
def test_large_providers_and_reserved_names_are_not_counted_together(domain: str) -> None:
    rules.check_limits(InvitationEmail(domain, OLD, None), SentInADay(to_domain=1_000_000))


def test_a_couple_that_declined_is_not_invited_for_thirty_days() -> None:
    rules.check_declined(None, NOW)
    rules.check_declined(NOW - rules.DECLINED_FOR, NOW)
    with pytest.raises(InvalidTransition, match="1 December 2026"):
        rules.check_declined(NOW - rules.DECLINED_FOR + timedelta(minutes=1), NOW)
