"""Whom an event notifies, and what a notification says (M6)."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from domain.actors import ActorKind, ActorRef
from domain.events import Event, WrittenEvent
from domain.events.couples import CoupleMemberChanged
from domain.events.marketplace import (
    InvitationChanged,
    InvitationFollowedUp,
    OnboardingChanged,
    PartnershipChanged,
)
from domain.events.messages import HIDDEN, SENT, MessageChanged
from domain.ids import (
    ClientId,
    CoupleId,
    EventId,
    InvitationId,
    MessageId,
    OnboardingId,
    PartnershipId,
    SupplierId,
    UserId,
)
from domain.journeys.onboarding import OnboardingSide
from domain.marketplace.clients import ConnectionMethod
from domain.marketplace.conversations import ConversationSide, Participant
from domain.marketplace.invitations import InvitationChannel, InvitationStatus
from domain.marketplace.notification_emails import Links, is_mailed, notification_email
from domain.marketplace.notifications import (
    Notification,
    NotificationKind,
    kinds_of,
    page_of,
    text_of,
    title_of,
)
from domain.overview.notices import notices_of

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SUPPLIER, COUPLE, USER, KEY = (UUID(int=number) for number in range(1, 5))
SUPPLIER_SIDE, COUPLE_SIDE = ConversationSide.SUPPLIER, ConversationSide.COUPLE
READERS = {
    "supplier": Participant(UserId(uuid4()), SUPPLIER_SIDE, SUPPLIER),
    "couple": Participant(UserId(uuid4()), COUPLE_SIDE, COUPLE),
    "author": Participant(UserId(USER), COUPLE_SIDE, COUPLE),
    "other supplier": Participant(UserId(uuid4()), SUPPLIER_SIDE, uuid4()),
    "other couple": Participant(UserId(uuid4()), COUPLE_SIDE, uuid4()),
}


def invitation(action: str) -> InvitationChanged:
    return InvitationChanged(
        invitation_id=InvitationId(KEY),
        client_id=ClientId(KEY),
        supplier_id=SupplierId(SUPPLIER),
        couple_id=CoupleId(COUPLE),
        channel=InvitationChannel.EMAIL,
        action=action,
        before=InvitationStatus.SENT,
        after=InvitationStatus.SENT,
    )


def followed_up(action: str) -> InvitationFollowedUp:
    return InvitationFollowedUp(
        invitation_id=InvitationId(KEY),
        client_id=ClientId(KEY),
        supplier_id=SupplierId(SUPPLIER),
        action=action,
    )


def partnership(action: str) -> PartnershipChanged:
    return PartnershipChanged(
        partnership_id=PartnershipId(KEY),
        supplier_id=SupplierId(SUPPLIER),
        couple_id=CoupleId(COUPLE),
        method=ConnectionMethod.INVITATION,
        action=action,
        is_active=False,
    )


def message(side: ConversationSide, action: str = SENT) -> MessageChanged:
    return MessageChanged(
        partnership_id=PartnershipId(KEY),
        supplier_id=SupplierId(SUPPLIER),
        couple_id=CoupleId(COUPLE),
        message_id=MessageId(KEY),
        side=side,
        position=1,
        action=action,
    )


def member(action: str) -> CoupleMemberChanged:
    return CoupleMemberChanged(user_id=UserId(USER), couple_id=CoupleId(COUPLE), action=action)


def helped(action: str) -> OnboardingChanged:
    return OnboardingChanged(
        onboarding_id=OnboardingId(KEY),
        user_id=UserId(USER),
        side=OnboardingSide.COUPLE,
        action=action,
        percentage=50,
    )


def entry(
    kind: NotificationKind,
    side: ConversationSide = SUPPLIER_SIDE,
    name: str | None = "Emma & James",
    count: int = 1,
    partnership_id: UUID | None = KEY,
) -> Notification:
    return Notification(KEY, kind, side, name, partnership_id, None, count, NOW, None)


@pytest.mark.parametrize(
    ("event", "readers", "kind"),
    [
        (invitation("accepted"), {"supplier"}, NotificationKind.INVITATION_ACCEPTED),
        (invitation("declined"), {"supplier"}, NotificationKind.INVITATION_DECLINED),
        (followed_up("ends within a day"), {"supplier"}, NotificationKind.INVITATION_ENDING),
        (followed_up("new link requested"), {"supplier"}, NotificationKind.LINK_REQUESTED),
        (followed_up("couple reminded"), set(), None),
        (invitation("sent"), set(), None),
        (invitation("expired"), set(), None),
        (partnership("connected"), {"couple", "author"}, NotificationKind.CONNECTED),
        (partnership("parted"), {"supplier", "couple"}, NotificationKind.PARTNERSHIP_ENDED),
        (partnership("blocked"), set(), None),
        (helped("was helped"), {"author"}, NotificationKind.HELP_ANSWERED),
        (helped("needs help"), set(), None),
        (message(SUPPLIER_SIDE), {"couple", "author"}, NotificationKind.MESSAGE),
        (message(COUPLE_SIDE), {"supplier"}, NotificationKind.MESSAGE),
        (message(COUPLE_SIDE, HIDDEN), set(), None),
        (member("joined"), {"couple"}, NotificationKind.PARTNER_JOINED),
        (member("left"), {"couple"}, NotificationKind.PARTNER_LEFT),
        (member("removed"), set(), None),
    ],
)
def test_an_event_notifies_the_accounts_that_it_concerns(
    event: Event, readers: set[str], kind: NotificationKind | None
) -> None:
    author = ActorRef(ActorKind.USER, USER, "somebody")
    notices = notices_of(
        WrittenEvent(id=EventId(1), occurred_at=NOW, recorded_at=NOW, actor=author, event=event)
    )
    is_notified = {
        name for name, one in READERS.items() if any(item.is_for(one) for item in notices)
    }
    assert is_notified == readers
    assert {item.kind for item in notices} == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        (entry(NotificationKind.INVITATION_ACCEPTED), "Emma & James accepted your invitation"),
        (entry(NotificationKind.MESSAGE, count=3), "Emma & James sent you 3 messages"),
        (entry(NotificationKind.MESSAGE, count=500), "Emma & James sent you 99 messages"),
        (entry(NotificationKind.MESSAGE), "Emma & James sent you a message"),
        (entry(NotificationKind.PARTNERSHIP_ENDED, name=None), "A couple ended your connection"),
        (
            entry(NotificationKind.CONNECTED, COUPLE_SIDE, None),
            "You are connected with A supplier",
        ),
        (entry(NotificationKind.CONNECTED, COUPLE_SIDE, "{name}"), "You are connected with {name}"),
    ],
)
def test_the_title_names_the_other_side(shown: Notification, title: str) -> None:
    assert title_of(shown) == title


@pytest.mark.parametrize("side", list(ConversationSide))
def test_every_kind_of_a_side_has_words_a_page_and_an_email(side: ConversationSide) -> None:
    links = Links("https://wedme.app", "https://wedme.app/unsubscribe/x")
    for kind in kinds_of(side):
        shown = entry(kind, side)
        assert title_of(shown)
        assert text_of(shown)
        assert page_of(shown).startswith("/")
        if is_mailed(shown):
            email = notification_email("emma@example.com", shown, links)
            assert "Emma & James" not in email.subject
            assert links.unsubscribe in email.body
            assert email.unsubscribe == links.unsubscribe


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (entry(NotificationKind.MESSAGE), False),
        (entry(NotificationKind.PARTNERSHIP_ENDED), True),
        (entry(NotificationKind.PARTNERSHIP_ENDED, partnership_id=None), False),
        (entry(NotificationKind.HELP_ANSWERED, partnership_id=None), True),
        (entry(NotificationKind.PARTNER_JOINED, COUPLE_SIDE, partnership_id=None), True),
        (entry(NotificationKind.PARTNER_LEFT, COUPLE_SIDE, partnership_id=None), False),
    ],
)
def test_events_with_an_email_of_their_own_send_no_notification_email(
    shown: Notification, expected: bool
) -> None:
    assert is_mailed(shown) is expected


def test_a_name_never_becomes_a_link_in_an_email() -> None:
    shown = entry(NotificationKind.INVITATION_ACCEPTED, name="https://evil.example")
    email = notification_email("emma@example.com", shown, Links("https://wedsync.app", "x"))
    assert "https://evil" not in email.body
