"""The life of an invitation, and whose e-mail it is accepted with (S10, S41, A40)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import Role
from domain.errors import EmailMismatch, ErrorCode, Invalid, InvalidTransition, Required
from domain.marketplace import acceptance
from domain.marketplace.invitation_emails import Inviting, invitation
from domain.marketplace.invitations import (
    PENDING,
    InvitationStatus,
    check_resendable,
    expiry,
    mask_email,
    refusal,
    status_at,
)
from tests.unit.domain.builders import NOW

ROLES = st.sampled_from(Role)
SECOND = timedelta(seconds=1)
STOP = "https://x/unsubscribe/invitations/c"
EMMA, JAMES = "emma@example.com", "james@example.com"


@pytest.mark.parametrize("status", InvitationStatus)
def test_only_what_is_pending_runs_out(status: InvitationStatus) -> None:
    assert status_at(status, NOW + SECOND, NOW) is status
    over = InvitationStatus.EXPIRED if status in PENDING else status
    assert status_at(status, NOW, NOW) is over
    assert status_at(status, NOW - SECOND, NOW) is over


@given(st.integers())
def test_a_lifetime_is_1_to_30_days(days: int) -> None:
    if 1 <= days <= 30:
        assert expiry(days, NOW) == NOW + timedelta(days=days)
    else:
        with pytest.raises(Invalid):
            expiry(days, NOW)


def test_a_lifetime_is_14_days_where_nothing_is_said() -> None:
    assert expiry(None, NOW) == NOW + timedelta(days=14)


@pytest.mark.parametrize("status", InvitationStatus)
def test_a_decided_invitation_cannot_be_resent(status: InvitationStatus) -> None:
    if status in (*PENDING, InvitationStatus.EXPIRED):
        check_resendable(status)
    else:
        with pytest.raises(InvalidTransition):
            check_resendable(status)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (InvitationStatus.EXPIRED, ErrorCode.EXPIRED),
        (InvitationStatus.REVOKED, ErrorCode.REVOKED),
        (InvitationStatus.DECLINED, ErrorCode.ALREADY_USED),
        (InvitationStatus.ACCEPTED, ErrorCode.ALREADY_USED),
    ],
)
def test_each_end_has_its_reason(status: InvitationStatus, code: ErrorCode) -> None:
    error = refusal(status)
    assert (error.code, error.path) == (code, ("input", "code"))


@given(st.emails())
def test_a_masked_e_mail_shows_its_first_letter_and_its_domain(email: str) -> None:
    local, _, domain = email.partition("@")
    assert mask_email(email) == f"{local[0]}•••@{domain}"


@pytest.mark.parametrize(
    ("invited", "typed", "confirmed", "expected"),
    [
        (EMMA, None, False, EMMA),
        (EMMA, "EMMA@Example.com", False, "EMMA@Example.com"),
        (None, JAMES, False, JAMES),
        (EMMA, JAMES, True, JAMES),
        (EMMA, JAMES, False, EmailMismatch),
        (None, None, False, Required),
        (None, None, True, Required),
    ],
)
def test_the_e_mail_of_a_new_account(
    invited: str | None, typed: str | None, confirmed: bool, expected: str | type[Exception]
) -> None:
    """Decision 12."""
    if isinstance(expected, str):
        assert acceptance.new_email(invited, typed, confirmed=confirmed) == expected
    else:
        with pytest.raises(expected):
            acceptance.new_email(invited, typed, confirmed=confirmed)


@pytest.mark.parametrize(
    ("invited", "typed", "confirmed", "fine"),
    [
        (None, None, False, True),
        (EMMA, None, False, True),
        ("Emma@EXAMPLE.com", None, False, True),
        (JAMES, None, False, False),
        (None, JAMES, False, False),
        (JAMES, None, True, True),
        (JAMES, EMMA, False, True),
    ],
)
def test_a_logged_in_caller_confirms_another_address(
    invited: str | None, typed: str | None, confirmed: bool, fine: bool
) -> None:
    """A40. The message shows the caller's own e-mail, and of the other only a hint."""
    if fine:
        acceptance.check_account(invited, typed, EMMA, confirmed=confirmed)
        return
    with pytest.raises(EmailMismatch) as caught:
        acceptance.check_account(invited, typed, EMMA, confirmed=confirmed)
    assert JAMES not in caught.value.message


@pytest.mark.parametrize(
    ("invited", "email", "by_mail", "proven"),
    [
        (EMMA, EMMA, True, True),
        (EMMA, "EMMA@example.com", True, True),
        (EMMA, EMMA, False, False),
        (EMMA, JAMES, True, False),
        (None, EMMA, False, False),
    ],
)
def test_only_the_email_proves_its_mailbox(
    invited: str | None, email: str, by_mail: bool, proven: bool
) -> None:
    assert acceptance.is_proven(invited, email, by_mail=by_mail) is proven


NAMES = st.text(st.characters(exclude_characters="/"), min_size=1)  # no part of the link


@given(NAMES, NAMES)
def test_an_email_holds_names_and_never_their_markup(supplier: str, couple: str) -> None:
    email = invitation(
        EMMA, Inviting(f"<b>{supplier}", f"<i>{couple}", "https://x/accept/c", NOW, STOP)
    )
    assert len(email.subject.splitlines()) == 1
    assert email.html is not None
    assert "<b>" not in email.html
    assert "<i>" not in email.html
    assert "https://x/accept/c" in email.body
    assert 'href="https://x/accept/c"' in email.html
    assert "/accept/" not in repr(email)


def test_an_email_says_who_and_until_when() -> None:
    email = invitation(EMMA, Inviting("Sarah's Photos", "Emma & James", "https://x/a", NOW, STOP))
    assert email.subject == "Sarah's Photos invites you to WedMe"
    for text in (email.body, email.html):
        assert text is not None
        assert "23 November 2026" in text
    assert "Emma &amp; James" in (email.html or "")


@given(ROLES, st.booleans(), st.booleans())
def test_only_the_mailbox_of_a_couple_without_a_password_opens_its_account(
    role: Role, has_password: bool, is_proven: bool
) -> None:
    enters = acceptance.may_enter(role, has_password=has_password, is_proven=is_proven)
    assert enters is ((role, has_password, is_proven) == (Role.COUPLE, False, True))
