"""Keeps the tables small: folds old samples, deletes expired rows (S5, A45)."""

import logging
from datetime import timedelta
from functools import partial

from db.queries import health, jobs, retention
from db.session import Database, UnitOfWork
from domain.marketplace.conversations import KEPT_FOR
from domain.marketplace.notifications import KEPT_FOR as NOTIFICATION_KEPT_FOR
from services.flags import flag_exposures
from services.health.health_history import RAW_READINGS
from services.journeys import journey_reads
from services.metrics import metric_rollups
from services.platform.batches import BATCH, in_batches
from services.platform.idempotency import STORED_FOR

logger = logging.getLogger(__name__)

DELIVERIES_KEPT = timedelta(days=30)
MAX_CLOCK_LEAD = timedelta(hours=1)  # clocks with NTP differ by less than a second
JOB_LOG = timedelta(days=7)  # why a job failed, beside those that still stand in the queue

_KEPT: tuple[tuple[retention.Moments, timedelta], ...] = (
    (retention.TICK_CLAIMED, timedelta(hours=48)),
    (retention.SERIES_SEEN, timedelta(hours=24)),
    (retention.KEY_CREATED, STORED_FOR),
    (retention.RESET_EXPIRED, timedelta(days=7)),
    (retention.LOG_IN_LINK_EXPIRED, timedelta(days=7)),
    (retention.CONFIRMATION_EXPIRED, timedelta(days=7)),
    (retention.EXPOSURE_SERVED, timedelta(days=90)),
    (retention.PROPAGATION_STARTED, timedelta(days=365)),  # launches are looked back on
    (retention.SENDING_AT, timedelta(days=90)),  # three times as long as a decline counts
    (retention.CONVERSATION_LAST_MESSAGE, KEPT_FOR),
    (retention.NOTIFICATION_CREATED, NOTIFICATION_KEPT_FOR),
    (retention.MAIL_CREATED, timedelta(days=90)),
    (retention.ALERT_CREATED, timedelta(days=365)),
    (retention.SESSION_EXPIRED, timedelta(days=30)),  # kept to identify its device
)


async def sweep_if_clock_agrees(
    db: Database, *, deliveries_kept: timedelta = DELIVERIES_KEPT
) -> int:
    """Sweep, unless the clock of this process is ahead: everything would look too old.

    The clock of the database decides, because all processes share it. Returns how many rows were
    deleted.
    """
    async with db.write() as uow:
        lead = uow.now - await retention.read_clock(uow.session)
    if lead > MAX_CLOCK_LEAD:
        logger.warning(
            "retention: nothing is deleted, because the clock of this worker is %s ahead of the "
            "clock of the database",
            lead,
        )
        return 0
    return await sweep(db, deliveries_kept=deliveries_kept)


async def sweep(
    db: Database, *, batch: int = BATCH, deliveries_kept: timedelta = DELIVERIES_KEPT
) -> int:
    """Delete all expired rows; returns how many. Safe to run twice.

    `deliveries_kept`: how long deliveries of webhooks that are done are kept.
    """

    async def readings(uow: UnitOfWork) -> int:
        return await health.fold_readings(uow.session, uow.now - RAW_READINGS, batch)

    async def job_log(uow: UnitOfWork) -> int:
        return await jobs.delete_log(uow.session, uow.now - JOB_LOG, batch)

    async def deliveries(uow: UnitOfWork) -> int:
        return await retention.delete_done_deliveries(uow.session, uow.now - deliveries_kept, batch)

    gone = await in_batches(db, deliveries, batch)
    gone += await in_batches(db, readings, batch) + await metric_rollups.forget_old(db)
    gone += await journey_reads.forget_old(db)
    gone += await flag_exposures.fold_old(db, batch)
    for column, age in _KEPT:
        gone += await in_batches(db, partial(_delete, column, age, batch), batch)
    return gone + await in_batches(db, job_log, batch)


async def _delete(column: retention.Moments, age: timedelta, batch: int, uow: UnitOfWork) -> int:
    return await retention.delete_older(uow.session, column, uow.now - age, batch)
