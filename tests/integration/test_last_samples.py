"""LAST is the sample recorded last, on every read path (L13, prometheus#10456)."""

from datetime import timedelta

import pytest

from db.queries import metric_rollups as rollups
from db.queries import metrics as queries
from db.session import Database
from domain.metrics.criteria import Aggregation
from domain.platform.time_ranges import FINE, HOUR, MINUTE, floor, tiers
from services.metrics import metric_reads, metric_rollups
from services.metrics.metric_samples import Sample, record_samples
from tests.support.clock import Clock

NAME = "custom.queue"


async def record(db: Database, *samples: Sample) -> None:
    async with db.write() as uow:
        await record_samples(uow, samples)


@pytest.mark.parametrize("resolution", [FINE, MINUTE, HOUR])
async def test_of_samples_with_one_time_the_last_recorded_counts(
    db: Database, clock: Clock, resolution: int
) -> None:
    """In one call and in two, with tags and without, from samples, minutes and hours."""
    hour = floor(clock(), HOUR)
    at = hour + timedelta(minutes=10)
    clock.advance(3_700)
    await record(db, Sample(NAME, 5.0, at=at), Sample(NAME, 50.0, at=at))
    assert await last(db, hour, resolution) == 50.0
    await record(db, Sample(NAME, 7.0, tags={"region": "eu"}, at=at))
    assert await last(db, hour, resolution) == 7.0
    await record(db, Sample(NAME, 9.0, at=at))
    assert await last(db, hour, resolution) == 9.0
    await record(db, Sample(NAME, 1.0, at=at - timedelta(seconds=1)))
    assert await last(db, hour, resolution) == 9.0


async def last(db: Database, hour: object, resolution: int) -> float:
    """LAST of one whole hour, read from samples of one resolution."""
    await metric_rollups.roll_recent(db)
    await metric_rollups.roll_late(db)
    begin = floor(db.clock() - timedelta(seconds=3_700), HOUR)
    assert begin == hour
    async with db.read() as session:
        folded = await rollups.newest(session) if resolution != FINE else None
        window = tiers(begin, begin + timedelta(seconds=HOUR), resolution, folded)
        folds = await queries.folded(session, [NAME], window)
    return folds[None, NAME].last


async def test_a_guard_sees_the_newest_value(db: Database, clock: Clock) -> None:
    """Over a window that is read from minutes and, at its end, from samples."""
    await record(db, Sample(NAME, 5.0, at=clock() - timedelta(minutes=30)))
    await metric_rollups.roll_recent(db)
    await metric_rollups.roll_late(db)
    await record(db, Sample(NAME, 5.0), Sample(NAME, 50.0))
    clock.advance(1)
    async with db.read() as session:
        measurement = await metric_reads.measure(session, NAME, Aggregation.LAST, 3_600, clock())
    assert (measurement.value, measurement.samples) == (50.0, 3)
