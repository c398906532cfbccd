"""Reads how often each value of a flag was served, and folds old counts (A23)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import flag_exposures as queries
from db.session import Database, UnitOfWork
from domain.flags.exposures import Exposure
from domain.platform.time_ranges import TimeRange, floor
from services.health.health import window_start
from services.platform.batches import in_batches

ExposureKey: TypeAlias = tuple[str, TimeRange]

FINE_GRAINED_FOR = timedelta(hours=48)


async def exposures(
    session: AsyncSession, keys: Sequence[ExposureKey], *, clock: Callable[[], datetime]
) -> Mapping[ExposureKey, Exposure]:
    """Return how often flags were served, with one statement for each time range."""
    exposures_by_key: dict[ExposureKey, Exposure] = {}
    for window in {window for _, window in keys}:
        flags = [key for key, span in keys if span is window]
        start = await window_start(session, window, clock())
        if start is not None:
            since = floor(start, queries.BUCKET)
            served = await queries.served(session, flags, since)
            exposures_by_key |= {(key, window): item for key, item in served.items()}
    return exposures_by_key


async def fold_old(db: Database, batch: int) -> int:
    """Fold counts older than two days into hours; returns how many rows were folded."""
    return await in_batches(db, partial(_fold, batch), batch)


async def _fold(batch: int, uow: UnitOfWork) -> int:
    return await queries.fold(uow.session, uow.now - FINE_GRAINED_FOR, batch)
