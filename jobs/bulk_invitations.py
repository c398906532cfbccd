"""The job `invitations.bulk`, and the sweep that queues it."""

from uuid import UUID

from db.session import Database
from jobs.queue import enqueue
from jobs.routing import bulk_job
from services.marketplace.bulk_sending import due, send_due
from settings import Settings


async def send_bulk(db: Database, settings: Settings, bulk_id: UUID) -> None:
    """Send what the limits allow now; may run twice. The next sweep queues the rest."""
    await send_due(db, settings, bulk_id)


async def resume_bulk(db: Database) -> None:
    """Queue a job for each bulk invitation that can go on."""
    queued = await due(db)
    if not queued:
        return
    async with db.write() as uow:
        await enqueue(uow.session, [bulk_job(key) for key in queued])
