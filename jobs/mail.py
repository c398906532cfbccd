"""The job `mail.send`, and the sweep that queues retries."""

from uuid import UUID

from db.session import Database
from jobs.queue import enqueue
from jobs.routing import mail_job
from services.mail.mail import deliver, due
from settings import Settings


async def send_mail(db: Database, settings: Settings, mail_id: UUID) -> None:
    """Send an e-mail of the outbox; may run twice."""
    await deliver(db, settings, mail_id)


async def retry_mail(db: Database, settings: Settings) -> None:
    """Queue a job for each e-mail whose next attempt is due."""
    mails = await due(db) if settings.smtp_url is not None else ()
    if not mails:
        return
    async with db.write() as uow:
        await enqueue(uow.session, [mail_job(key) for key in mails])
