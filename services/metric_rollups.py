"""Folds samples into minutes and hours, and lets the old ones go (SPEC S3, A51)."""

from datetime import UTC, datetime, timedelta

from db.queries import metrics as queries
from db.session import Database

_RECENT = timedelta(minutes=10)
_LATE = timedelta(hours=47)  # samples as they came are kept for 48
_BATCH = 5000
_KEPT: tuple[tuple[int | None, timedelta], ...] = (
    (None, timedelta(hours=48)),
    (queries.FINE, timedelta(hours=48)),
    (queries.MINUTE, timedelta(days=30)),
    (queries.HOUR, timedelta(days=365)),
)


async def roll_recent(db: Database) -> None:
    """Fold the last minutes anew; a bucket under way is written again until it is over."""
    await _roll(db, _RECENT)


async def roll_late(db: Database) -> None:
    """Fold all that still stands as it came: what arrived late finds its bucket (hourly)."""
    await _roll(db, _LATE)


async def forget_old(db: Database) -> int:
    """Remove what has been folded and is due; how many rows went."""
    gone = 0
    for resolution, age in _KEPT:
        while True:
            async with db.write() as uow:
                count = await queries.forget(
                    uow.session, resolution=resolution, before=uow.now - age, batch=_BATCH
                )
            gone += count
            if count < _BATCH:
                break
    return gone


async def _roll(db: Database, back: timedelta) -> None:
    async with db.write() as uow:
        end = uow.now
        minutes = _floor(end - back, queries.MINUTE)
        await queries.roll(uow.session, minutes, end, resolution=queries.MINUTE)
        hours = _floor(minutes, queries.HOUR)
        await queries.roll(uow.session, hours, end + timedelta(seconds=1), resolution=queries.HOUR)


def _floor(moment: datetime, seconds: int) -> datetime:
    stamp = int(moment.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, UTC)
