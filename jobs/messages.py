"""The job that e-mails people about unread messages (M7)."""

from uuid import UUID

from pgqueuer.errors import RetryRequested

from db.session import Database
from domain.marketplace.conversations import ConversationSide
from jobs.queue import Payload
from services.marketplace import message_emails
from services.marketplace.message_emails import SentMessage
from settings import Settings


async def email_unread_message(db: Database, settings: Settings, payload: Payload) -> None:
    """Send the e-mail about a message if it is still needed; may run twice and late.

    Within an hour of the previous e-mail the job is queued again for the end of that hour.
    """
    sent = SentMessage(
        UUID(str(payload["partnership_id"])),
        ConversationSide(str(payload["side"])),
        int(str(payload["position"])),
    )
    async with db.write() as uow:
        next_at = await message_emails.notify(uow, settings, sent)
    if next_at is not None:
        raise RetryRequested(next_at - db.clock(), "within an hour of the last e-mail")
