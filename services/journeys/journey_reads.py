"""Reads the funnels of the people who began a journey in a time range (S80, A37)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import journeys as queries
from db.session import Database, UnitOfWork
from domain.journeys.journey_figures import JourneyFigures, figures
from domain.journeys.onboarding import STALLED_AFTER
from domain.platform.time_ranges import DAY, HOUR, MINUTE, Tier, floor, layers
from services.journeys.journeys import SIZES
from services.metrics.metric_spans import Span
from services.platform.batches import BATCH, in_batches

# How long minutes and hours are kept; windows that begin earlier begin on whole hours or days.
_KEPT = ((MINUTE, timedelta(hours=49)), (HOUR, timedelta(days=50)))
_MARGIN = timedelta(hours=1)  # what is removed is read no longer


async def funnels(session: AsyncSession, span: Span, now: datetime) -> Sequence[JourneyFigures]:
    """Return the funnels of those who began within a span, with two statements."""
    window = cohorts(span, now)
    start, end = min(tier.start for tier in window), max(tier.end for tier in window)
    counted = await queries.counted(session, window)
    moving = await queries.moving(session, now - STALLED_AFTER, start, end)
    return figures(counted, moving)


async def forget_old(db: Database) -> int:
    """Delete minutes and hours that are no longer read; returns the number of rows."""
    gone = 0
    for size, age in _KEPT:
        gone += await in_batches(db, partial(_forget, size, age + _MARGIN))
    return gone


def cohorts(span: Span, now: datetime) -> Sequence[Tier]:
    """Round a span to whole minutes, hours or days, as fine as its ends are still stored."""
    last = _finest(now - span.end)
    start = floor(span.start, _finest(now - span.start))
    return layers(start, floor(span.end, last) + timedelta(seconds=last), SIZES)


async def _forget(size: int, age: timedelta, uow: UnitOfWork) -> int:
    return await queries.delete_expired(uow.session, size, uow.now - age, BATCH)


def _finest(age: timedelta) -> int:
    return next((size for size, kept in _KEPT if age < kept), DAY)
