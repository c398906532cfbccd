"""When unread messages cause an e-mail, and its text (M7)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.mail.email import Email, MailKind
from domain.mail.email_layout import BRANDS, Button, Words, name_in, write
from domain.marketplace.conversations import ConversationSide
from domain.platform.platforms import Platform

AWAY_AFTER = timedelta(minutes=2)  # unread for so long means that the person is away
MAIL_INTERVAL = timedelta(hours=1)  # between two e-mails about one conversation to one person

_PLATFORMS = {
    ConversationSide.SUPPLIER: Platform.WEDSYNC,
    ConversationSide.COUPLE: Platform.WEDME,
}
# Where a side reads its conversations: web/src/features/messages/paths.ts.
PAGES = {ConversationSide.SUPPLIER: "messages", ConversationSide.COUPLE: "conversations"}


@dataclass(frozen=True, slots=True)
class MailState:
    """What is known of the reader of a conversation."""

    read_position: int
    mailed_position: int
    mailed_at: datetime | None
    opted_out: bool = False


def next_mail(state: MailState, position: int, now: datetime) -> datetime | None:
    """When the e-mail about the message at `position` is due; None if it is not needed."""
    if state.opted_out or max(state.read_position, state.mailed_position) >= position:
        return None
    if state.mailed_at is None:
        return now
    return max(now, state.mailed_at + MAIL_INTERVAL)


@dataclass(frozen=True, slots=True)
class Notice:
    """The content of the e-mail, without the text of a message."""

    side: ConversationSide  # of the reader
    sender: str
    unread: int
    link: str
    unsubscribe: str = field(repr=False)


def message_email(recipient: str, notice: Notice) -> Email:
    """The e-mail, with a link that stops such e-mails.

    The subject contains no name: it stays in the outbox when the sender's account is deleted.
    """
    platform = _PLATFORMS[notice.side]
    name, count = name_in(notice.sender), notice.unread
    subject = "a new message" if count == 1 else f"{min(count, 99)} new messages"
    words = Words(
        f"You have {subject} on {BRANDS[platform].name}",
        ("Hello,", f"{name} has sent you {subject} on {BRANDS[platform].name}."),
        Button("Read and answer", notice.link),
        f"No more e-mails about messages: {notice.unsubscribe}",
    )
    email = write(MailKind.MESSAGE, platform, recipient, words)
    return replace(email, unsubscribe=notice.unsubscribe)
