"""Conversations, e-mails about them, and how far two are in touch (M7, S114)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.accounts.accounts import Profile, check_profile
from domain.accounts.profiles import check_patch
from domain.actors import Actor, ActorKind, Role, UserType
from domain.errors import Invalid, InvalidTransition
from domain.ids import CoupleId, SupplierId
from domain.marketplace.clients import ClientStatus
from domain.marketplace.communication import CommunicationStatus, communication_status
from domain.marketplace.conversations import (
    ConversationSide,
    check_open,
    participant_of,
    read_up_to,
)
from domain.marketplace.invitations import InvitationStatus
from domain.marketplace.message_emails import (
    MAIL_INTERVAL,
    MailState,
    Notice,
    message_email,
    next_mail,
)

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
ME, ONE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


def actor(kind: ActorKind = ActorKind.USER, **more: object) -> Actor:
    return Actor(kind, ME, "somebody", **more)  # type: ignore[arg-type] # of the test


def test_suppliers_and_couples_take_part_and_nobody_else() -> None:
    supplier = participant_of(actor(role=Role.SUPPLIER, supplier_id=SupplierId(ONE)))
    couple = participant_of(actor(role=Role.COUPLE, couple_id=CoupleId(OTHER)))
    assert supplier is not None
    assert couple is not None
    assert supplier.takes_part(ONE, OTHER)
    assert couple.takes_part(ONE, OTHER)
    assert not supplier.takes_part(OTHER, ONE)
    assert not couple.takes_part(OTHER, ONE)
    assert participant_of(actor(role=Role.ADMIN)) is None
    assert participant_of(actor(ActorKind.TOKEN, supplier_id=SupplierId(ONE))) is None


def test_nothing_is_sent_after_the_end() -> None:
    check_open(is_active=True)
    with pytest.raises(InvalidTransition):
        check_open(is_active=False)


@pytest.mark.parametrize(
    ("current", "requested", "result"), [(0, 3, 3), (3, 1, 3), (2, 2, 2), (0, 0, 0), (0, 5, 5)]
)
def test_the_read_position_never_goes_back(current: int, requested: int, result: int) -> None:
    assert read_up_to(current, requested, 5) == result


@pytest.mark.parametrize("requested", [-1, 6])
def test_a_position_that_is_not_there_is_refused(requested: int) -> None:
    with pytest.raises(Invalid) as refused:
        read_up_to(0, requested, 5)
    assert refused.value.path == ("input", "position")


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (MailState(0, 0, None), NOW),
        (MailState(3, 0, None), None),  # read meanwhile
        (MailState(0, 3, NOW - timedelta(minutes=5)), None),  # told already
        (MailState(0, 2, NOW - timedelta(minutes=5)), NOW + timedelta(minutes=55)),
        (MailState(0, 2, NOW - MAIL_INTERVAL), NOW),
        (MailState(0, 0, None, opted_out=True), None),
    ],
)
def test_an_email_is_due_for_what_is_unread_once_an_hour(
    state: MailState, due: datetime | None
) -> None:
    assert next_mail(state, 3, NOW) == due


def test_the_email_says_who_wrote_and_never_what() -> None:
    notice = Notice(
        ConversationSide.COUPLE,
        "Sarah.example.com",
        3,
        "https://x.test/messages/1",
        "https://x.test/unsubscribe/messages/2",
    )
    email = message_email("emma@example.com", notice)
    assert email.subject == "You have 3 new messages on WedMe"
    assert "Sarah. example. com has sent you 3 new messages" in email.body
    assert "https://x.test/messages/1" in email.body
    assert email.unsubscribe == notice.unsubscribe


CONNECTED, ADDED, INACTIVE, INVITED = (
    ClientStatus.CONNECTED,
    ClientStatus.ADDED,
    ClientStatus.INACTIVE,
    ClientStatus.INVITED,
)


@pytest.mark.parametrize(
    ("client", "invitation", "was_connected", "status"),
    [
        (ADDED, None, False, CommunicationStatus.NOT_INVITED),
        (INVITED, InvitationStatus.SENT, False, CommunicationStatus.INVITED),
        (INVITED, InvitationStatus.OPENED, False, CommunicationStatus.OPENED),
        (ADDED, InvitationStatus.DECLINED, False, CommunicationStatus.DECLINED),
        (INVITED, InvitationStatus.EXPIRED, False, CommunicationStatus.EXPIRED),
        (ADDED, InvitationStatus.REVOKED, False, CommunicationStatus.NOT_INVITED),
        (CONNECTED, InvitationStatus.ACCEPTED, True, CommunicationStatus.CONNECTED),
        (INACTIVE, InvitationStatus.ACCEPTED, True, CommunicationStatus.ENDED),
        (INACTIVE, None, False, CommunicationStatus.NOT_INVITED),
        (ADDED, InvitationStatus.ACCEPTED, True, CommunicationStatus.ENDED),
        (INVITED, InvitationStatus.SENT, True, CommunicationStatus.INVITED),
    ],
)
def test_how_far_two_are_in_touch(
    client: ClientStatus,
    invitation: InvitationStatus | None,
    was_connected: bool,
    status: CommunicationStatus,
) -> None:
    assert communication_status(client, invitation, was_connected=was_connected) is status


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        (" (020)  7946-0958 ", "(020) 7946-0958"),
        ("030/123456", "030/123456"),
    ],
)
@pytest.mark.parametrize("side", [UserType.SUPPLIER, UserType.COUPLE])
def test_a_telephone_number_is_kept_as_written(typed: str, stored: str, side: UserType) -> None:
    assert check_profile(Profile(phone=typed), side, ("input",)).phone == stored


@pytest.mark.parametrize("typed", ["", "call me", "1234", "+1234567890123456", "12345 ext 6", "+"])
def test_a_number_that_cannot_be_dialled_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_profile(Profile(phone=typed), UserType.COUPLE, ("input",))
    assert refused.value.path == ("input", "phone")


@pytest.mark.parametrize("side", [UserType.SUPPLIER, UserType.COUPLE])
def test_a_telephone_number_can_be_cleared(side: UserType) -> None:
    assert check_patch({"phone": None}, side) == {"phone": None}
