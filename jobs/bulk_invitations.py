"""The job `invitations.bulk`, and the sweep that queues what may go on."""

from uuid import UUID

from db.session import Database
from jobs.queue import enqueue
from jobs.routing import bulk_job
from services.marketplace.bulk_sending import due, send_due
from settings import Settings


async def send_bulk(db: Database, settings: Settings, bulk_id: UUID) -> None:
    """Send what may leave now; safe to run twice. What is left is the next sweep's."""
    await send_due(db, settings, bulk_id)


async def resume_bulk(db: Database) -> None:
    """One job for each bulk invitation that may go on."""
    queued = await due(db)
    if not queued:
        return
    async with db.write() as uow:
        await enqueue(uow.session, [bulk_job(key) for key in queued])
