"""What recent attempts say about the mail server (F1)."""

import pytest

from domain.mail.mail_health import RecentAttempts, mail_warning
from domain.mail.outbox import AttemptOutcome

DELIVERED, DEFERRED = AttemptOutcome.DELIVERED, AttemptOutcome.DEFERRED
REFUSED, UNREACHABLE = AttemptOutcome.REFUSED, AttemptOutcome.UNREACHABLE


def attempts(
    outcome: AttemptOutcome, count: int, domain: str = "a.example", slow: int = 0
) -> RecentAttempts:
    return RecentAttempts(domain, outcome, count, slow)


@pytest.mark.parametrize(
    ("recent", "warning"),
    [
        ([], None),
        ([attempts(UNREACHABLE, 2)], None),
        ([attempts(UNREACHABLE, 3)], "no reply to 3 of 3"),
        ([attempts(UNREACHABLE, 3), attempts(DELIVERED, 4)], None),
        ([attempts(DELIVERED, 4, slow=3)], "3 of 4 e-mails in 10 minutes took longer than 10 s"),
        ([attempts(DELIVERED, 4, slow=1)], None),
        ([attempts(REFUSED, 1, f"{name}.example") for name in "abc"], "refused 3 of 3"),
        ([attempts(DEFERRED, 2, f"{name}.example") for name in "abc"], "deferred 6 of 6"),
    ],
)
def test_warning_names_what_the_mail_server_did(
    recent: list[RecentAttempts], warning: str | None
) -> None:
    if warning is None:
        assert mail_warning(recent) is None
    else:
        assert warning in str(mail_warning(recent))


def test_bad_addresses_that_anybody_types_are_no_fault_of_the_mail_server() -> None:
    """SEC12: thousands of refusals of one domain, or beside accepted e-mails, warn of nothing."""
    assert mail_warning([attempts(REFUSED, 5_000)]) is None
    many = [attempts(REFUSED, 100, f"d{index}.example") for index in range(50)]
    assert mail_warning([*many, attempts(DELIVERED, 1)]) is None
