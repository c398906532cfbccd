"""The job `mail.send`."""

from uuid import UUID

from db.session import Database
from services.mail import deliver
from settings import Settings


async def send_mail(db: Database, settings: Settings, mail_id: UUID) -> None:
    """Send a letter of the outbox; safe to run twice."""
    await deliver(db, settings, mail_id)
