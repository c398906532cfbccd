"""Keeps the tables small: old samples become rollups, what has expired goes (SPEC S5, A45)."""

from datetime import timedelta

from db.queries import health, jobs, retention
from db.session import Database
from services import metric_rollups

BATCH = 5000

JOB_LOG = timedelta(days=7)  # why a job failed, beside those that still stand in the queue
RAW_READINGS = timedelta(hours=48)

_KEPT: tuple[tuple[retention.Moments, timedelta], ...] = (
    (retention.TICK_CLAIMED, timedelta(hours=48)),
    (retention.SERIES_SEEN, timedelta(hours=24)),
    (retention.KEY_CREATED, timedelta(hours=24)),
    (retention.RESET_EXPIRED, timedelta(days=7)),
    (retention.PROPAGATION_STARTED, timedelta(days=365)),  # launches are looked back on
    (retention.ALERT_CREATED, timedelta(days=365)),
    (retention.SESSION_EXPIRED, timedelta(days=30)),  # somebody may ask which device it was
)


async def sweep(db: Database, *, batch: int = BATCH) -> int:
    """Remove everything that is due; returns how many rows went. May run twice without harm."""
    gone = await _fold_readings(db, batch) + await metric_rollups.forget_old(db)
    for column, age in _KEPT:
        gone += await _delete(db, column, age, batch)
    return gone + await _forget_job_log(db, batch)


async def _fold_readings(db: Database, batch: int) -> int:
    total = 0
    while True:
        async with db.write() as uow:
            gone = await health.fold_readings(uow.session, uow.now - RAW_READINGS, batch)
        total += gone
        if gone < batch:
            return total


async def _delete(db: Database, column: retention.Moments, age: timedelta, batch: int) -> int:
    total = 0
    while True:
        async with db.write() as uow:
            gone = await retention.delete_older(uow.session, column, uow.now - age, batch)
        total += gone
        if gone < batch:
            return total


async def _forget_job_log(db: Database, batch: int) -> int:
    total = 0
    while True:
        async with db.write() as uow:
            gone = await jobs.forget_log(uow.session, uow.now - JOB_LOG, batch)
        total += gone
        if gone < batch:
            return total
