"""What an e-mail about a notification says (M6)."""

from dataclasses import dataclass, field, replace

from domain.mail.email import Email, MailKind
from domain.mail.email_layout import BRANDS, Button, Words, name_in, write
from domain.marketplace import notifications as rules
from domain.marketplace.conversations import ConversationSide
from domain.marketplace.notifications import Notification, NotificationKind
from domain.platform.platforms import Platform

_PLATFORMS = {
    ConversationSide.SUPPLIER: Platform.WEDSYNC,
    ConversationSide.COUPLE: Platform.WEDME,
}


@dataclass(frozen=True, slots=True)
class Links:
    """Where the reader goes on; `unsubscribe` stops e-mails of this kind without a log-in."""

    base_url: str
    unsubscribe: str = field(repr=False)


def is_mailed(entry: Notification) -> bool:
    """Whether an e-mail goes out for it.

    Messages and partners who leave have e-mails of their own, and so has an account that is closed,
    with which its partnerships go.
    """
    if entry.kind in (NotificationKind.MESSAGE, NotificationKind.PARTNER_LEFT):
        return False
    return entry.kind is not NotificationKind.PARTNERSHIP_ENDED or entry.partnership_id is not None


def notification_email(recipient: str, entry: Notification, links: Links) -> Email:
    """The e-mail, with a way never to get another of its kind.

    The subject has no name: it stays in the outbox when the account of the other side is deleted.
    """
    platform = _PLATFORMS[entry.side]
    named = replace(entry, name=name_in(entry.name) if entry.name else None)
    words = Words(
        _SUBJECTS[entry.kind].format(brand=BRANDS[platform].name),
        (f"{rules.title_of(named)}. {rules.text_of(named)}",),
        Button(_BUTTONS[entry.kind], f"{links.base_url}{rules.page_of(entry)}"),
        f"No more e-mails like this: {links.unsubscribe}",
    )
    ended = entry.kind is NotificationKind.PARTNERSHIP_ENDED
    kind = MailKind.PARTNER_LEFT if ended else MailKind.NOTIFICATION
    return replace(write(kind, platform, recipient, words), unsubscribe=links.unsubscribe)


_SUBJECTS = {
    NotificationKind.INVITATION_ACCEPTED: "A couple accepted your invitation",
    NotificationKind.INVITATION_DECLINED: "A couple declined your invitation",
    NotificationKind.INVITATION_ENDING: "One of your invitations ends within a day",
    NotificationKind.LINK_REQUESTED: "A couple asked for a new link",
    NotificationKind.CONNECTED: "You have a new connection on {brand}",
    NotificationKind.PARTNERSHIP_ENDED: "One of your connections has ended",
    NotificationKind.HELP_ANSWERED: "{brand} answered your request for help",
    NotificationKind.PARTNER_JOINED: "Your partner has joined you on {brand}",
}
_BUTTONS = {
    NotificationKind.INVITATION_ACCEPTED: "See your clients",
    NotificationKind.INVITATION_DECLINED: "See your clients",
    NotificationKind.INVITATION_ENDING: "Send it again",
    NotificationKind.LINK_REQUESTED: "See your clients",
    NotificationKind.CONNECTED: "See your suppliers",
    NotificationKind.PARTNERSHIP_ENDED: "See what remains",
    NotificationKind.HELP_ANSWERED: "Continue",
    NotificationKind.PARTNER_JOINED: "See who plans your wedding",
}
