"""What a notification is about, what it says, and where it leads (M6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.ids import global_id
from domain.marketplace.conversations import ConversationSide

KEPT_FOR = timedelta(days=365)
MAX_UNREAD = 99  # counted no further: pages show "99+"
AWAY_AFTER = timedelta(minutes=2)  # unread for so long: the person is not looking


class NotificationKind(StrEnum):
    """The reason of a notification."""

    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_DECLINED = "invitation_declined"
    INVITATION_ENDING = "invitation_ending"
    LINK_REQUESTED = "link_requested"
    CONNECTED = "connected"
    PARTNERSHIP_ENDED = "partnership_ended"
    HELP_ANSWERED = "help_answered"
    MESSAGE = "message"
    PARTNER_JOINED = "partner_joined"
    PARTNER_LEFT = "partner_left"


_BOTH = (
    NotificationKind.PARTNERSHIP_ENDED,
    NotificationKind.HELP_ANSWERED,
    NotificationKind.MESSAGE,
)
_OF_PARTNERS = (NotificationKind.PARTNER_JOINED, NotificationKind.PARTNER_LEFT)
_KINDS = {
    ConversationSide.SUPPLIER: (
        NotificationKind.INVITATION_ACCEPTED,
        NotificationKind.INVITATION_DECLINED,
        NotificationKind.INVITATION_ENDING,
        NotificationKind.LINK_REQUESTED,
        *_BOTH,
    ),
    ConversationSide.COUPLE: (
        NotificationKind.CONNECTED,
        *_BOTH,
        *_OF_PARTNERS,
    ),
}
_UNNAMED = {ConversationSide.SUPPLIER: "A couple", ConversationSide.COUPLE: "A supplier"}
_ENDINGS = {
    ConversationSide.SUPPLIER: "The couple stays among your clients, as archived.",
    ConversationSide.COUPLE: "It stays among your suppliers, as ended.",
}
_HELP_PAGE = "/onboarding"
_MEMBERS_PAGE = "/profile"


@dataclass(frozen=True, slots=True)
class Preference:
    """The channels of a person for one kind of notification."""

    kind: NotificationKind
    in_app: bool = True
    email: bool = True


@dataclass(frozen=True, slots=True)
class Notification:
    """One entry of a person's inbox. `name`: what that person calls the other side.

    `partnership_id` and `client_id` are None once what it was about is gone. `count`: how many
    messages it stands for.
    """

    id: UUID
    kind: NotificationKind
    side: ConversationSide  # of the reader
    name: str | None
    partnership_id: UUID | None
    client_id: UUID | None
    count: int
    created_at: datetime
    read_at: datetime | None


def kinds_of(side: ConversationSide) -> tuple[NotificationKind, ...]:
    """What people of a side are notified of, in the order of the settings."""
    return _KINDS[side]


def title_of(entry: Notification) -> str:
    """The headline, with the name of the other side."""
    return _TITLES[entry.kind].format(
        name=entry.name or _UNNAMED[entry.side], messages=_messages(entry.count)
    )


def text_of(entry: Notification) -> str:
    """What follows from it, and what to do."""
    if entry.kind is NotificationKind.PARTNERSHIP_ENDED:
        return _ENDINGS[entry.side]
    return _TEXTS[entry.kind]


def page_of(entry: Notification) -> str:
    """Where it leads; the paths are those of web/src/app/areas.ts."""
    if entry.kind is NotificationKind.HELP_ANSWERED:
        return _HELP_PAGE
    if entry.kind in _OF_PARTNERS:
        return _MEMBERS_PAGE
    if entry.kind is NotificationKind.MESSAGE and entry.partnership_id is not None:
        conversations = "messages" if entry.side is ConversationSide.SUPPLIER else "conversations"
        return f"/{conversations}/{global_id('Conversation', entry.partnership_id)}"
    return "/clients" if entry.side is ConversationSide.SUPPLIER else "/suppliers"


def _messages(count: int) -> str:
    return "a message" if count == 1 else f"{min(count, MAX_UNREAD)} messages"


_TITLES = {
    NotificationKind.INVITATION_ACCEPTED: "{name} accepted your invitation",
    NotificationKind.INVITATION_DECLINED: "{name} declined your invitation",
    NotificationKind.INVITATION_ENDING: "Your invitation to {name} ends within a day",
    NotificationKind.LINK_REQUESTED: "{name} asked for a new link",
    NotificationKind.CONNECTED: "You are connected with {name}",
    NotificationKind.PARTNERSHIP_ENDED: "{name} ended your connection",
    NotificationKind.HELP_ANSWERED: "Our team answered your request for help",
    NotificationKind.MESSAGE: "{name} sent you {messages}",
    NotificationKind.PARTNER_JOINED: "Your partner has joined your wedding",
    NotificationKind.PARTNER_LEFT: "Your partner has left your wedding",
}
_TEXTS = {
    NotificationKind.INVITATION_ACCEPTED: "You are connected now and can write to each other.",
    NotificationKind.INVITATION_DECLINED: "You can invite this couple again after 30 days.",
    NotificationKind.INVITATION_ENDING: "Send it again to give the couple more time.",
    NotificationKind.LINK_REQUESTED: "The invitation had expired. If no new link has gone out by "
    "e-mail, send the invitation again.",
    NotificationKind.CONNECTED: "You can write to each other and plan your wedding together.",
    NotificationKind.HELP_ANSWERED: "Continue the guided setup where you left off.",
    NotificationKind.MESSAGE: "Open the conversation to read and answer.",
    NotificationKind.PARTNER_JOINED: "You both see and edit the same suppliers and messages.",
    NotificationKind.PARTNER_LEFT: "Your suppliers and messages stay with you. You can invite your "
    "partner again at any time.",
}
