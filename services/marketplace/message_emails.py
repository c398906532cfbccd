"""Sends e-mails about unread messages, one an hour for each conversation (M7)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.models.conversations import ConversationRead
from db.queries import conversations as queries
from db.queries import messages as message_queries
from db.queries import notifications
from db.session import UnitOfWork
from domain.actors import system_actor
from domain.ids import global_id
from domain.mail import unsubscribing
from domain.marketplace import message_emails as rules
from domain.marketplace.conversations import ConversationSide, Person
from domain.marketplace.message_emails import MailState, Notice
from domain.marketplace.notifications import NotificationKind
from services.mail import mail
from settings import Settings

NOTIFIER = system_actor("messages")


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message whose readers are notified. `side` is the side of the sender."""

    partnership_id: UUID
    side: ConversationSide
    position: int


async def notify(uow: UnitOfWork, settings: Settings, sent: SentMessage) -> datetime | None:
    """Send an e-mail to each reader with an unread message; returns when to check again.

    None: no reader is left, for example because the partnership has ended.
    """
    people = (await queries.people_of(uow.session, [sent.partnership_id])).get(
        sent.partnership_id, ()
    )
    sender = next((one for one in people if one.side is sent.side), None)
    due: list[datetime] = []
    for reader in people:
        if sender is not None and reader.side is sent.side.other:
            at = await _tell(uow, settings, sent, reader, sender.name)
            due += [at] if at is not None else []
    return min(due, default=None)


async def _tell(
    uow: UnitOfWork, settings: Settings, sent: SentMessage, reader: Person, sender: str
) -> datetime | None:
    row = await queries.lock_read(uow.session, sent.partnership_id, reader.user_id)
    kind = NotificationKind.MESSAGE
    is_enabled = await notifications.wants_email(uow.session, reader.user_id, kind)
    state = MailState(row.position, row.mailed_position, row.mailed_at, opted_out=not is_enabled)
    at = rules.next_mail(state, sent.position, uow.now)
    if at is None or at > uow.now:
        return at
    last = await queries.last_position(uow.session, sent.partnership_id)
    row.mailed_position, row.mailed_at = max(last, sent.position), uow.now
    unread = await message_queries.count_unread(
        uow.session, sent.partnership_id, reader.side, row.position
    )
    if unread:
        notice = _notice(settings, row, reader, sender, unread)
        await mail.post(uow, NOTIFIER, rules.message_email(reader.email, notice))
    return None


def _notice(
    settings: Settings, row: ConversationRead, reader: Person, sender: str, unread: int
) -> Notice:
    base = settings.base_url
    code = unsubscribing.sign_messages(reader.user_id, settings.signing_key)
    return Notice(
        reader.side,
        sender,
        unread,
        f"{base}/{rules.PAGES[reader.side]}/{global_id('Conversation', row.partnership_id)}",
        f"{base}/unsubscribe/messages/{code}",
    )
