"""Folding: no sample is lost or counted twice, whoever was away meanwhile (S3, A51)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Text, func, literal_column, select

from db.models.metrics import LateMinute, LaunchMetric, MetricRollup
from db.queries import metric_rollups as rollups
from db.queries import metrics as queries
from db.session import Database
from domain.metrics.metric_folds import EMPTY, Folded
from domain.platform.time_ranges import FINE, HOUR, MINUTE, floor, tiers
from services.metrics import metric_rollups
from services.metrics.metric_samples import MAX_AGE, Sample, hand_over, record_samples
from tests.factories.metrics import fold_of_count, store_requests
from tests.support.clock import Clock

NAME = "custom.queue"


async def record(db: Database, *moments: datetime) -> None:
    """One sample of value 1 at each."""
    async with db.write() as uow:
        await record_samples(uow, [Sample(NAME, 1.0, at=at) for at in moments])


async def fold(db: Database) -> None:
    """What is due."""
    await metric_rollups.roll_recent(db)
    await metric_rollups.roll_late(db)


async def total(db: Database, start: datetime, end: datetime, resolution: int) -> float:
    async with db.read() as session:
        folded = await rollups.newest(session)
        folds = await queries.folded(session, [NAME], tiers(start, end, resolution, folded))
    return folds.get((None, NAME), EMPTY).total


async def minutes(db: Database) -> Mapping[datetime, float]:
    """What the minutes say."""
    async with db.read() as session:
        rows = await session.scalars(
            select(MetricRollup).where(
                MetricRollup.metric_name == NAME, MetricRollup.resolution_seconds == MINUTE
            )
        )
        return {row.bucket_at: row.total for row in rows}


async def test_a_sample_on_a_border_stays_in_the_bucket_that_begins_there(
    db: Database, clock: Clock
) -> None:
    """Outside tools send whole minutes: folding from one on must not forget it."""
    border = floor(db.clock(), MINUTE)
    await record(db, border - timedelta(seconds=60), border, border + timedelta(seconds=1))
    for _ in range(24):
        await metric_rollups.roll_recent(db)
        clock.advance(60)
    await fold(db)
    assert await minutes(db) == {border - timedelta(seconds=60): 1, border: 2}


async def test_folding_catches_up_after_days_without_a_worker(db: Database, clock: Clock) -> None:
    for _ in range(4):
        await record(db, db.clock())
        await metric_rollups.roll_recent(db)
        clock.advance(600)
    begin = db.clock()
    for _ in range(5):
        await record(db, db.clock())
        clock.advance(timedelta(hours=20).total_seconds())
    await metric_rollups.forget_old(db)
    assert sum((await minutes(db)).values()) == 9
    assert await total(db, begin - timedelta(hours=1), db.clock(), HOUR) == 9
    async with db.read() as session:
        kept = await session.scalar(select(func.count()).select_from(LaunchMetric))
    assert kept == 2


@pytest.mark.parametrize("resolution", [FINE, MINUTE, HOUR])
@pytest.mark.parametrize("behind", [0, 5, 70, 200])
async def test_every_resolution_gives_the_same_values(
    db: Database, clock: Clock, resolution: int, behind: int
) -> None:
    """Also where the folds end some minutes ago: the rest is read as it came."""
    now = db.clock()
    await record(db, *(now - timedelta(minutes=7 * n) for n in range(60)))
    clock.advance(-60 * behind)
    await fold(db)
    for start, end in ((410, 0), (401, 3), (300, 61), (299, 180)):
        span = now - timedelta(minutes=start), now - timedelta(minutes=end)
        expected = sum(end <= 7 * n < start for n in range(60))
        assert await total(db, *span, resolution) == expected


async def test_adjacent_windows_do_not_overlap(db: Database) -> None:
    now = db.clock()
    await record(db, *(now - timedelta(minutes=11 * n, seconds=n) for n in range(100)))
    await fold(db)
    borders = [now - timedelta(minutes=n) for n in (1200, 777, 333, 100, 0)]
    parts = [
        await total(db, start, end, size)
        for start, end, size in zip(
            borders, borders[1:], (HOUR, MINUTE, HOUR, MINUTE), strict=False
        )
    ]
    assert sum(parts) == 100


async def test_the_oldest_accepted_sample_is_folded(db: Database) -> None:
    await record(db, db.clock(), db.clock() - MAX_AGE + timedelta(seconds=1))
    await fold(db)
    assert sum((await minutes(db)).values()) == 2


async def test_folding_again_writes_nothing(db: Database) -> None:
    """Every half minute over ten minutes: unchanged rows must not become dead ones."""
    await store_requests(db, db.clock() - timedelta(minutes=2), total=10)
    written = select(literal_column("xmin::text", Text)).select_from(MetricRollup)
    versions = []
    for _ in range(2):
        await metric_rollups.roll_recent(db)
        async with db.read() as session:
            versions.append(sorted(await session.scalars(written)))
    assert len(versions[0]) == 9
    assert versions[0] == versions[1]


async def test_late_samples_are_folded_next_time(db: Database) -> None:
    """A51: and nothing else is folded again, however much there is."""
    now = floor(db.clock(), HOUR)
    seldom, often = now - timedelta(hours=30), now - timedelta(hours=2, minutes=10)
    await record(db, seldom, often, db.clock())
    await fold(db)
    await record(db, often, often, often + timedelta(minutes=2), seldom)
    await metric_rollups.roll_recent(db)
    assert (await minutes(db))[often] == 1
    await metric_rollups.roll_late(db)
    sums = await minutes(db)
    assert (sums[often], sums[often + timedelta(minutes=2)], sums[seldom]) == (3, 1, 2)
    assert await total(db, seldom - timedelta(hours=1), db.clock(), HOUR) == 7
    async with db.read() as session:
        assert not await session.scalar(select(func.count()).select_from(LateMinute))


async def test_samples_committed_during_folding_are_folded_next_time(db: Database) -> None:
    late = floor(db.clock(), MINUTE) - timedelta(hours=3)
    await record(db, late, db.clock())
    await fold(db)
    async with db.write() as writing:
        await hand_over(writing, "web-1", [(late, {NAME: fold_of_count(1)})])
        await record(db, late)
        await metric_rollups.roll_late(db)
        assert (await minutes(db))[late] == 2
    await metric_rollups.roll_late(db)
    assert (await minutes(db))[late] == 3


async def test_late_minutes_remain_if_folding_fails(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = floor(db.clock(), MINUTE) - timedelta(hours=3)
    await record(db, db.clock())
    await fold(db)
    await record(db, late)
    with monkeypatch.context() as broken:
        broken.setattr(rollups, "fold", no_space)
        with pytest.raises(ValueError, match="no space"):
            await metric_rollups.roll_late(db)
    assert late not in await minutes(db)
    await metric_rollups.roll_late(db)
    assert (await minutes(db))[late] == 1


async def no_space(*_: object) -> None:
    raise ValueError("no space")


async def test_health_rollups_are_left_alone(db: Database, clock: Clock) -> None:
    async with db.write() as uow:
        row = {"health.up": Folded(1, 1.0, 1.0, 1.0, 1.0)}
        await queries.add_folds(uow.session, "", uow.now, row)
    clock.advance(timedelta(days=400).total_seconds())
    await metric_rollups.forget_old(db)
    async with db.read() as session:
        names = await session.scalars(select(MetricRollup.metric_name))
        assert list(names) == ["health.up"]
