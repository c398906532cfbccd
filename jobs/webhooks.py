"""The jobs `webhooks.deliver` and `webhooks.redeliver`, and the sweep that queues the first."""

import logging
from uuid import UUID

from db.session import Database
from jobs.queue import JobSpec, enqueue
from jobs.routing import DELIVER
from services.webhooks import reads
from services.webhooks.delivery import Deliverer

logger = logging.getLogger(__name__)


async def wake(db: Database) -> None:
    """Queue a job for each webhook that is behind the log and may be called now (A46)."""
    webhooks = await reads.due(db)
    if not webhooks:
        return
    jobs = [_deliver_job(key) for key in webhooks]
    async with db.write() as uow:
        await enqueue(uow.session, jobs)


def _deliver_job(key: UUID) -> JobSpec:
    return JobSpec(DELIVER, {"webhook_id": str(key)}, dedupe_key=f"{DELIVER}:{key}")


async def deliver(deliverer: Deliverer, webhook_id: UUID) -> None:
    """Deliver what a webhook has not received. The next sweep, a second later, retries."""
    try:
        await deliverer.run(webhook_id)
    except Exception:
        logger.warning("webhook %s: delivery failed; retrying later", webhook_id, exc_info=True)
