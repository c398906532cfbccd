"""The job that tells people by e-mail what they have not seen in the app (M6)."""

from db.session import Database
from jobs.queue import Payload
from services.marketplace import notification_emails
from settings import Settings


async def mail_notifications(db: Database, settings: Settings, payload: Payload) -> None:
    """Write the e-mails about an event where they are still needed; safe to run twice or late."""
    async with db.write() as uow:
        await notification_emails.send(uow, settings, int(str(payload["event_id"])))
