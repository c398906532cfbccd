"""Journeys in the database: once each, fast, kept as long as they are read (S70, S106)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from db.models.journeys import JourneyAddition, JourneyCount, JourneyRun
from db.queries import journeys as queries
from db.session import Database, StatementCounter
from domain.actors import Role, UserType
from domain.events import Event, UserSignedUp
from domain.events.marketplace import OnboardingChanged
from domain.ids import OnboardingId, UserId
from domain.journeys.journey_figures import JourneyFigures
from domain.journeys.journeys import JOURNEYS, JourneyKey
from domain.journeys.onboarding import OnboardingSide
from domain.platform.time_ranges import DAY, HOUR, MINUTE, TimeRange
from services.journeys import journey_reads, journeys
from services.metrics.metric_spans import span_of
from tests.factories.events import recorded_event
from tests.factories.user_sessions import create_session
from tests.support.clock import PATIENCE, Clock

REQUIRED = [step.key for step in JOURNEYS[JourneyKey.SUPPLIER_ONBOARDING].steps]
LARGE = """
INSERT INTO journey_counts
SELECT size, date_bin(make_interval(secs => size), now(), 'epoch')
             - make_interval(secs => size * n),
       'invitation_accept', vendor, step, 'seconds', bucket, 3
FROM (VALUES (60, 2940), (3600, 1200), (86400, 400)) AS kept (size, slots),
     generate_series(0, slots - 1) AS n,
     unnest(ARRAY['venue', 'music']) AS vendor, unnest(ARRAY['', 'open_invitation']) AS step,
     generate_series(1, 3) AS bucket
"""


async def newcomer(db: Database) -> UserId:
    """The user of a new supplier, who has not been followed yet."""
    await create_session(db, Role.SUPPLIER)
    async with db.read() as session:
        user_id = await session.scalar(
            text("SELECT user_id FROM suppliers ORDER BY created_at DESC")
        )
    return UserId(user_id)


async def follow(db: Database, *events: Event) -> None:
    """As the transaction that recorded them does."""
    async with db.write() as uow:
        recorded = [recorded_event(event, at=uow.now) for event in events]
        await journeys.follow(uow.session, recorded)


def signed_up(user_id: UserId) -> UserSignedUp:
    return UserSignedUp(user_id=user_id, user_type=UserType.SUPPLIER)


def done(user_id: UserId, *steps: str) -> OnboardingChanged:
    return OnboardingChanged(
        onboarding_id=OnboardingId(uuid4()),
        user_id=user_id,
        side=OnboardingSide.SUPPLIER,
        action="advanced",
        percentage=33,
        completed=steps,
    )


async def setups(db: Database, window: TimeRange = TimeRange.LAST_1H) -> JourneyFigures:
    async with db.read() as session:
        span = await span_of(session, window, db.clock())
        return (await journey_reads.funnels(session, span, db.clock()))[0]


async def say_vendor(db: Database, user_id: UserId, vendor: str) -> None:
    async with db.write() as uow:
        changed = text("UPDATE suppliers SET vendor_type = :vendor WHERE user_id = :id")
        await uow.session.execute(changed, {"vendor": vendor, "id": user_id})


async def rows(db: Database, model: type) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def test_the_same_event_twice_counts_once(db: Database) -> None:
    """S70: a worker that repeats, a log that is played again."""
    user = await newcomer(db)
    for _ in range(3):
        await follow(db, signed_up(user), done(user, "business_info"))
    funnel = await setups(db)
    assert (funnel.totals.started, funnel.steps[0].completed, funnel.steps[1].entered) == (1, 1, 1)


async def test_concurrent_runs_are_all_counted(db: Database) -> None:
    users = [await newcomer(db) for _ in range(8)]
    await asyncio.gather(*(follow(db, signed_up(user)) for user in users))
    await asyncio.gather(*(follow(db, done(user, "business_info")) for user in users * 2))
    funnel = await setups(db)
    assert (funnel.totals.started, funnel.steps[0].completed) == (8, 8)


async def test_concurrent_sign_ups_do_not_block_each_other(db: Database) -> None:
    """PERF2: each held the counts of its minute, hour and day until its commit."""
    first, second = await newcomer(db), await newcomer(db)
    async with db.write() as slow:
        await journeys.follow(slow.session, [recorded_event(signed_up(first), at=slow.now)])
        async with asyncio.timeout(PATIENCE):
            await follow(db, signed_up(second))
        assert (await setups(db)).totals.started == 1
    assert (await setups(db)).totals.started == 2


async def test_folding_does_not_change_the_counts(db: Database) -> None:
    """However many fold at once, and whatever comes meanwhile."""
    users = [await newcomer(db) for _ in range(6)]
    await follow(db, *(signed_up(user) for user in users))
    await follow(db, *(done(user, *REQUIRED) for user in users[:3]))
    before = await setups(db)
    await asyncio.gather(*(journeys.fold(db) for _ in range(4)))
    assert await rows(db, JourneyAddition) == 0
    assert await setups(db) == before
    await follow(db, *(done(user, REQUIRED[0]) for user in users[3:]))
    moved = await setups(db)
    await journeys.fold(db)
    assert (await setups(db), moved.steps[0].completed) == (moved, 6)


async def test_rolled_back_events_are_not_counted(db: Database) -> None:
    user = await newcomer(db)
    async with db.read() as session:
        event = recorded_event(signed_up(user), at=db.clock())
        await journeys.follow(session, [event])
        await session.rollback()
    assert (await setups(db)).totals.started == 0


async def test_a_couple_has_no_journey_of_its_own(db: Database) -> None:
    user = await newcomer(db)
    await follow(db, replace(signed_up(user), user_type=UserType.COUPLE))
    assert await rows(db, JourneyRun) == 0


async def test_old_cohorts_are_read_from_coarser_counts(db: Database, clock: Clock) -> None:
    """Requirement A51."""
    await follow(db, signed_up(await newcomer(db)))
    await journeys.fold(db)
    before = await rows(db, JourneyCount)
    clock.advance(timedelta(days=3).total_seconds())
    gone = await journey_reads.forget_old(db)
    assert (gone, await rows(db, JourneyCount)) == (before // 3, 2 * before // 3)
    assert (await setups(db, TimeRange.LAST_7D)).totals.started == 1


async def test_two_statements_read_all_funnels_whatever_the_window(db: Database) -> None:
    await follow(db, signed_up(await newcomer(db)))
    now = db.clock()
    async with db.read() as session:
        span = await span_of(session, TimeRange.LAST_30D, now)
        counter = StatementCounter(db)
        await journey_reads.funnels(session, span, now)
        counter.stop()
    assert len(counter.statements) == 2


async def test_windows_use_the_primary_key_of_the_counts(db: Database) -> None:
    """S106: never the whole table."""
    async with db.read() as session:
        await session.execute(text(LARGE))
        await session.execute(text("ANALYZE journey_counts"))
        span = await span_of(session, TimeRange.LAST_30D, db.clock())
        query = queries.counting(journey_reads.cohorts(span, db.clock()))
        sql = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = "\n".join(await session.scalars(text(f"EXPLAIN {sql}")))
        await session.rollback()
    assert "pk_journey_counts" in plan
    assert "Seq Scan on journey_counts" not in plan
    assert {tier.resolution for tier in journey_reads.cohorts(span, db.clock())} <= {
        MINUTE, HOUR, DAY,
    }  # fmt: skip


async def test_durations_are_merged_over_days(db: Database, clock: Clock) -> None:
    """A37: each in its own day; who says what they offer moves the duration that is counted."""
    for spent in (60, 120, 240):
        user = await newcomer(db)
        await follow(db, signed_up(user))
        clock.advance(spent)
        await follow(db, done(user, *REQUIRED))
        clock.advance(timedelta(days=2).total_seconds())
    await say_vendor(db, user, "music")
    await follow(db, done(user, *REQUIRED))
    funnel = await setups(db, TimeRange.LAST_30D)
    assert funnel.totals.p50_seconds == pytest.approx(120, rel=0.03)
    others, musician = (
        funnel.by_vendor[key] for key in sorted(funnel.by_vendor, key="music".__eq__)
    )
    assert (others.timed, musician.timed) == (2, 1)
    assert others.p95_seconds == pytest.approx(120, rel=0.03)
    assert musician.p50_seconds == pytest.approx(240, rel=0.03)
