"""Metrics in the database: windows, rollups, retention, exactly once (S3, S63, S70, A51)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from db.models.metrics import LaunchMetric, MetricRollup
from db.queries import metrics as queries
from db.session import Database
from domain.actors import system_actor
from domain.events.marketplace import PartnershipChanged
from domain.ids import CoupleId, PartnershipId, SupplierId, global_id
from domain.marketplace.clients import ConnectionMethod
from domain.metrics.criteria import Aggregation
from domain.metrics.metric_folds import BOUNDS, bucket_of
from domain.metrics.metrics import Measurement
from domain.platform.time_ranges import FINE, HOUR, MINUTE, Tier, TimeRange
from services.metrics import metric_reads, metric_rollups, metric_spans
from services.metrics.metering import Meter
from services.metrics.metric_samples import Sample, count_events, record_samples
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.metrics import fold_of_count, store_requests
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

ACTIVATE = """
mutation ($id: ID!) {
  activateLaunchPhase(input: { phaseId: $id, acceptWarnings: true }) { errors { message } }
}
"""


def connected(is_active: bool) -> PartnershipChanged:
    """A supplier and a couple, together or no longer."""
    return PartnershipChanged(
        partnership_id=PartnershipId(uuid4()),
        supplier_id=SupplierId(uuid4()),
        couple_id=CoupleId(uuid4()),
        method=ConnectionMethod.INVITATION,
        action="connected" if is_active else "parted",
        is_active=is_active,
    )


async def measure(db: Database, metric: str, how: Aggregation, seconds: int) -> Measurement:
    async with db.read() as session:
        return await metric_reads.measure(session, metric, how, seconds, db.clock())


async def test_error_rates_combine_all_processes(db: Database) -> None:
    now = db.clock()
    await store_requests(db, now - timedelta(seconds=5), total=90, errors=0, source="web-1")
    await store_requests(db, now - timedelta(seconds=5), total=10, errors=5, source="web-2")
    await store_requests(db, now - timedelta(seconds=70), total=500, errors=500)
    assert await measure(db, "error_rate", Aggregation.AVG, 60) == Measurement(5.0, 100, "%")


async def test_percentiles_come_from_merged_histograms(db: Database) -> None:
    now = db.clock()
    await store_requests(db, now, total=95, milliseconds=10)
    await store_requests(db, now, total=6, milliseconds=900, source="web-2")
    measurement = await measure(db, "response_time_ms", Aggregation.P95, 60)
    assert measurement == Measurement(BOUNDS[bucket_of(900)], 101, "ms")


async def test_a_fold_sent_twice_counts_once(db: Database) -> None:
    now = db.clock()
    for _ in range(2):
        await store_requests(db, now, total=10)
    assert (await measure(db, "error_rate", Aggregation.COUNT, 60)).samples == 10


async def test_meters_store_their_counts(db: Database) -> None:
    meter = Meter(db, 10)
    meter.count(0.010, failed=False)
    meter.count(0.030, failed=True)
    await meter.flush()
    await meter.flush()
    assert await measure(db, "error_rate", Aggregation.AVG, 60) == Measurement(50.0, 2, "%")
    assert (await measure(db, "response_time_ms", Aggregation.AVG, 60)).value == pytest.approx(20)


async def test_unstored_counts_are_kept_with_their_time(db: Database, clock: Clock) -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none", clock=clock)
    meter = Meter(gone, 10)
    meter.count(0.010, failed=True)
    await meter.flush()
    await gone.dispose()
    meter._db = db  # the database is back
    clock.advance(300)
    await meter.flush()
    assert (await measure(db, "error_rate", Aggregation.AVG, 60)).samples == 0
    assert (await measure(db, "error_rate", Aggregation.AVG, 600)).samples == 1


async def test_windows_shorter_than_the_export_interval_see_requests(db: Database) -> None:
    await store_requests(db, db.clock() - timedelta(seconds=12), total=40, errors=4)
    assert await measure(db, "error_rate", Aggregation.AVG, 10) == Measurement(10.0, 40, "%")
    measurement = await measure(db, "requests_total", Aggregation.RATE, 10)
    assert measurement.value == pytest.approx(2)


async def test_event_counts_appear_in_any_window(db: Database) -> None:
    async with db.write() as uow:
        await record_samples(uow, [Sample("custom.a", 1.0, at=uow.now - timedelta(seconds=12))])
    assert (await measure(db, "custom.a", Aggregation.COUNT, 10)).samples == 0
    assert (await measure(db, "custom.a", Aggregation.COUNT, 15)).samples == 1


@pytest.mark.parametrize(("is_active", "expected"), [(True, 1.0), (False, None)])
async def test_connections_count_once_and_ends_do_not(
    app: Starlette, is_active: bool, expected: float | None
) -> None:
    """S70: in the transaction of the event, however many processes hear of it."""
    db: Database = app.state.runtime.db
    async with db.write() as uow:
        uow.record(system_actor("test"), connected(is_active))
    for metric in ("connections_total", "successful_connections"):
        assert (await measure(db, metric, Aggregation.SUM, 60)).value == expected


async def test_rolled_back_events_are_not_counted(app: Starlette) -> None:
    db: Database = app.state.runtime.db

    async def fail() -> None:
        async with db.write() as uow:
            uow.record(system_actor("test"), connected(True))
            await count_events(uow.session, await uow.write_events())
            raise OverflowError

    with pytest.raises(OverflowError):
        await fail()
    assert (await measure(db, "connections_total", Aggregation.SUM, 60)).samples == 0


async def test_samples_belong_to_the_live_phase(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, "live_now")
    await admin.data(ACTIVATE, id=phase)
    db: Database = app.state.runtime.db
    async with db.write() as uow:
        uow.record(system_actor("test"), connected(True))
    async with db.read() as session:
        phase_ids = set(await session.scalars(select(LaunchMetric.phase_id)))
    assert [global_id("LaunchPhase", item) for item in phase_ids if item] == [phase]


async def test_rollups_match_their_samples(db: Database, clock: Clock) -> None:
    start = datetime.now(UTC) - timedelta(hours=3)
    for minute in range(0, 120, 7):
        at = start + timedelta(minutes=minute)
        await store_requests(db, at, total=10, errors=1, milliseconds=minute + 1)
    await metric_rollups.roll_recent(db)
    await metric_rollups.roll_late(db)  # the same minutes again: that gives the same
    async with db.read() as session:
        folds_by_size = {}
        for size in (FINE, MINUTE, HOUR):
            window = [Tier(size, start - timedelta(hours=2), db.clock())]
            folds_by_size[size] = await queries.folded(
                session, ["response_time_ms"], window, spread=["response_time_ms"]
            )
    fine = folds_by_size[FINE][None, "response_time_ms"]
    assert folds_by_size[MINUTE][None, "response_time_ms"] == fine
    assert folds_by_size[HOUR][None, "response_time_ms"] == fine
    assert fine.samples == 180


async def test_late_samples_enter_their_bucket(db: Database) -> None:
    at = db.clock() - timedelta(hours=5)
    await store_requests(db, at, total=10)
    await metric_rollups.roll_recent(db)
    await store_requests(db, at + timedelta(microseconds=1), total=5, source="web-2")
    await metric_rollups.roll_late(db)
    async with db.read() as session:
        rows = await session.scalars(
            select(MetricRollup).where(
                MetricRollup.resolution_seconds == HOUR,
                MetricRollup.metric_name == "requests_total",
            )
        )
        assert [row.total for row in rows] == [15]


async def test_old_samples_are_deleted_and_their_folds_kept(db: Database, clock: Clock) -> None:
    async with db.write() as uow:
        await record_samples(uow, [Sample("custom.queue", 3.0)])
    await metric_rollups.roll_recent(db)
    clock.advance(timedelta(hours=51).total_seconds())
    await metric_rollups.forget_old(db)
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(LaunchMetric)) == 0
        sizes = await session.scalars(select(MetricRollup.resolution_seconds))
        assert sorted(sizes) == [MINUTE, HOUR]


async def test_steps_without_samples_are_empty(db: Database) -> None:
    now = db.clock()
    await store_requests(db, now - timedelta(minutes=30), total=10, milliseconds=8)
    async with db.read() as session:
        snapshot = await metric_reads.snapshot(session, TimeRange.LAST_1H, now)
    points = snapshot.performance[0].points
    steps = {later.at - one.at for one, later in pairwise(points)}
    assert (len(points) in (60, 61), steps) == (True, {timedelta(minutes=1)})
    assert points[0].at.second == 0  # the chart does not move with each look at it
    assert [point.value for point in points if point.value is not None] == [BOUNDS[bucket_of(8)]]
    assert snapshot.error_rate.value == 0
    assert snapshot.signups.value is None


async def test_cards_compare_with_the_previous_window(db: Database) -> None:
    now = db.clock()
    async with db.write() as uow:
        for minutes, count in ((10, 30), (90, 20)):
            at = now - timedelta(minutes=minutes)
            await queries.add_folds(uow.session, "web", at, {"signups_total": fold_of_count(count)})
    async with db.read() as session:
        snapshot = await metric_reads.snapshot(session, TimeRange.LAST_1H, now)
    card = snapshot.signups
    assert (card.value, card.previous, card.change_percent) == (30, 20, 50)


@pytest.mark.parametrize("days", [7, 30])
async def test_long_ranges_read_folds(db: Database, days: int) -> None:
    """A51: the number of rows read does not grow with the number of samples."""
    window = TimeRange.LAST_7D if days == 7 else TimeRange.LAST_30D
    await store_requests(db, db.clock() - timedelta(hours=30), total=40, errors=4)
    await metric_rollups.roll_recent(db)
    async with db.read() as session:
        span = await metric_spans.span_of(session, window, db.clock())
        snapshot = await metric_reads.snapshot(session, window, db.clock())
    assert span.resolution == HOUR
    assert snapshot.error_rate.value == 10


@pytest.mark.parametrize("how", [Aggregation.RATE, Aggregation.AVG, Aggregation.COUNT])
async def test_a_window_in_the_future_has_no_value(db: Database, how: Aggregation) -> None:
    """A run settles first: until then there is no number, and no error (X11)."""
    now = db.clock()
    later = now + timedelta(seconds=10)
    async with db.read() as session:
        measurement = await metric_reads.measure(session, "error_rate", how, 60, now, later)
    assert measurement.samples == 0
