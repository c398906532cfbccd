"""Folds samples into minutes and hours, and deletes old ones (S3, A51)."""

from datetime import datetime, timedelta
from functools import partial

from db.queries import metric_rollups as queries
from db.session import Database, UnitOfWork
from domain.metrics.metrics import COLLECTIONS
from domain.platform.time_ranges import FINE, HOUR, MINUTE, RECENT, floor
from services.metrics.metric_samples import count
from services.platform.batches import BATCH, in_batches

_RAW = timedelta(hours=50)
_RETENTION: tuple[tuple[int | None, timedelta], ...] = (
    (None, _RAW),
    (FINE, _RAW),
    (MINUTE, timedelta(days=30)),
    (HOUR, timedelta(days=365)),
)


async def roll_recent(db: Database) -> None:
    """Fold the last minutes again; a bucket is rewritten until it is complete."""
    await _roll(db, db.clock() - RECENT)


async def note_collection(db: Database) -> None:
    """Record that dashboards received new values, which the proof of S109 needs."""
    async with db.write() as uow:
        await count(uow.session, [(COLLECTIONS, uow.now)])


async def roll_late(db: Database) -> None:
    """Fold again the minutes that received late samples.

    Each transaction does one hour, oldest first.
    """
    while True:
        async with db.write() as uow:
            late = await queries.take_late(uow.session)
            if late is None:
                return
            await queries.fold(uow.session, *late)


async def forget_old(db: Database) -> int:
    """Delete expired samples, which are folded before; returns the number of deleted rows."""
    await _roll(db, db.clock())
    deleted = 0
    for resolution, age in _RETENTION:
        deleted += await in_batches(db, partial(_forget, resolution, age))
    return deleted


async def _forget(resolution: int | None, age: timedelta, uow: UnitOfWork) -> int:
    return await queries.delete_expired(
        uow.session, resolution=resolution, before=uow.now - age, batch=BATCH
    )


async def _roll(db: Database, since: datetime) -> None:
    """Fold from `since`, or from where folding stopped earlier.

    Each transaction does one hour, oldest first, so that an interruption leaves no hole.
    """
    async with db.read() as session:
        newest = await queries.newest(session) or await queries.oldest(session)
    if newest is None:
        return
    end = floor(db.clock(), MINUTE) + timedelta(seconds=MINUTE)
    start = floor(min(newest, since), MINUTE)
    while start < end:
        border = min(floor(start, HOUR) + timedelta(seconds=HOUR), end)
        async with db.write() as uow:
            await queries.fold(uow.session, start, border)
        start = border
