"""What a supplier is told about an invitation that gets nowhere (X13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.mail.outbox import MailStatus
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitation_hints import (
    LATE_AFTER,
    UNOPENED_AFTER,
    Delivery,
    Standing,
    hint_of,
)
from domain.marketplace.invitations import InvitationStatus
from tests.unit.domain.builders import NOW

EMMA, WRONG = "emma@example.com", "ema@example.com"
SECOND = timedelta(seconds=1)
DELIVERY = Delivery(MailStatus.SENT, EMMA, created_at=NOW, sent_at=NOW)
SENT = Standing(
    InvitationStatus.SENT, NOW + timedelta(days=14), ClientStatus.INVITED, EMMA, DELIVERY
)


def after(wait: timedelta, status: MailStatus) -> tuple[str, str] | None:
    """What is said of an e-mail that is as old as that."""
    email = replace(DELIVERY, status=status, sent_at=None, failed_at=None)
    hint = hint_of(replace(SENT, delivery=email), NOW + wait)
    return (hint.kind, hint.next_step) if hint else None


@pytest.mark.parametrize(
    ("status", "wait", "expected"),
    [
        (MailStatus.QUEUED, LATE_AFTER - SECOND, None),
        (MailStatus.QUEUED, LATE_AFTER, ("delayed", "use_link")),
        (MailStatus.RETRYING, LATE_AFTER - SECOND, None),
        (MailStatus.RETRYING, LATE_AFTER, ("delayed", "use_link")),
        (MailStatus.WAITING, SECOND, ("not_sent", "use_link")),
        (MailStatus.FAILED, SECOND, ("blocked", "use_link")),
        (MailStatus.CANCELLED, SECOND, ("blocked", "use_link")),
        (MailStatus.SENT, UNOPENED_AFTER - SECOND, None),
        (MailStatus.SENT, UNOPENED_AFTER, ("unopened", "use_link")),
    ],
)
def test_an_email_that_did_not_get_through_is_said(
    status: MailStatus, wait: timedelta, expected: tuple[str, str] | None
) -> None:
    assert after(wait, status) == expected


@pytest.mark.parametrize(
    ("email", "step", "message"),
    [
        (WRONG, "correct_address", "Correct the client's e-mail"),
        (WRONG.upper(), "correct_address", "Correct the client's e-mail"),
        (None, "correct_address", "Correct the client's e-mail"),
        (EMMA, "send_again", f"The address is now {EMMA}"),
    ],
)
def test_a_bounce_asks_for_another_address_until_there_is_one(
    email: str | None, step: str, message: str
) -> None:
    mail = replace(DELIVERY, status=MailStatus.FAILED, recipient=WRONG, bounced_at=NOW)
    hint = hint_of(replace(SENT, client_email=email, delivery=mail), NOW)
    assert hint is not None
    assert (hint.kind, hint.next_step, hint.since) == ("bounced", step, NOW)
    assert f"The e-mail to {WRONG} bounced" in hint.message
    assert message in hint.message


@pytest.mark.parametrize(
    ("stored", "client", "has_hint"),
    [
        (InvitationStatus.SENT, ClientStatus.INVITED, True),
        (InvitationStatus.OPENED, ClientStatus.INVITED, True),
        (InvitationStatus.EXPIRED, ClientStatus.ADDED, True),
        (InvitationStatus.EXPIRED, ClientStatus.INVITED, False),  # by a newer one
        (InvitationStatus.EXPIRED, ClientStatus.CONNECTED, False),
        (InvitationStatus.EXPIRED, ClientStatus.INACTIVE, False),
        (InvitationStatus.REVOKED, ClientStatus.ADDED, False),
        (InvitationStatus.DECLINED, ClientStatus.ADDED, False),
        (InvitationStatus.ACCEPTED, ClientStatus.CONNECTED, False),
    ],
)
def test_an_expired_invitation_has_a_hint_until_a_newer_one(
    stored: InvitationStatus, client: ClientStatus, has_hint: bool
) -> None:
    standing = replace(SENT, stored=stored, client=client, expires_at=NOW)
    hint = hint_of(standing, NOW)
    expected = ("expired", "send_again", NOW) if has_hint else None
    assert (hint and (hint.kind, hint.next_step, hint.since)) == expected


def test_an_opened_invitation_has_no_hint_about_its_email() -> None:
    email = replace(DELIVERY, status=MailStatus.FAILED, bounced_at=NOW)
    standing = replace(SENT, stored=InvitationStatus.OPENED, delivery=email)
    assert hint_of(standing, NOW) is None


def test_a_link_that_is_handed_over_has_no_email() -> None:
    assert hint_of(replace(SENT, delivery=None), NOW + timedelta(days=13)) is None
