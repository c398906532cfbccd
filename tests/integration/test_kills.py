"""Kill switches over real PostgreSQL and Valkey, in sequences (L11)."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from db.models.events import Change, LaunchEvent
from db.models.kills import FlagKill
from db.queries import kills as queries
from db.session import Database
from domain.actors import Actor, Role
from domain.errors import DependencyDown, NotFound, Required
from domain.events.kills import KillChanged
from services.flags import flags as flag_service
from services.flags import kills
from services.flags.flags import FlagDraft
from services.flags.kill_mirror import LEGACY
from services.flags.kills import ChangeKills
from tests.factories.accounts import actor_of, add_user
from tests.factories.kill_processes import KillSwitchProcess, refuse_connections, start_process
from tests.factories.kills import kill_record
from tests.factories.propagation import wait_for_result
from tests.support.clock import Clock
from tests.support.servers import dead_port

KEY = "mvp_chat"


@pytest.fixture
async def operator(db: Database) -> Actor:
    return actor_of(await add_user(db, Role.OPERATOR))


@pytest.fixture
async def flag(db: Database, operator: Actor) -> None:
    async with db.write() as uow:
        await flag_service.create(uow, operator, FlagDraft(KEY, "Chat", enabled=True))


@pytest.fixture
async def here(
    migrated: str, redis: Redis, clock: Clock, flag: None
) -> AsyncIterator[KillSwitchProcess]:
    async with start_process(migrated, redis, clock) as process:
        yield process


@pytest.fixture
async def there(
    migrated: str, redis: Redis, clock: Clock, flag: None
) -> AsyncIterator[KillSwitchProcess]:
    async with start_process(migrated, redis, clock) as process:
        yield process


@pytest.fixture
async def away() -> AsyncIterator[Redis]:
    """A Redis that does not answer."""
    client = Redis.from_url(f"redis://127.0.0.1:{dead_port()}")
    yield client
    await client.aclose()


async def written(db: Database) -> list[tuple[str, bool, str]]:
    """Key, whether killed, and who: every row of the table, by number."""
    async with db.read() as session:
        rows = await session.scalars(select(FlagKill).order_by(FlagKill.number))
        return [(row.flag_key, row.killed, row.actor_label) for row in rows]


async def audited(db: Database) -> list[tuple[str, object, object, str | None]]:
    """Every change of a kill, with its event."""
    query = (
        select(Change)
        .join(LaunchEvent, LaunchEvent.id == Change.event_id)
        .where(LaunchEvent.kind == KillChanged.TYPE)
        .order_by(Change.event_id)
    )
    async with db.read() as session:
        changes = list(await session.scalars(query))
    return [
        (row.action, (row.before or {})["killed"], (row.after or {})["killed"], row.reason)
        for row in changes
    ]


async def test_kills_survive_an_empty_redis_and_restarts(
    here: KillSwitchProcess,
    there: KillSwitchProcess,
    operator: Actor,
    redis: Redis,
    migrated: str,
    clock: Clock,
) -> None:
    """L11: the flag came on again one second after Redis was restarted."""
    assert here.is_on()
    assert (await here.change(operator, KEY, killed=True)).warnings == []
    assert not here.is_on()
    await there.sync.sync()
    assert not there.is_on()
    await redis.flushall()
    for item in (here, there, here, there):
        await item.sync.sync()
        assert not item.is_on()
    await redis.flushall()
    async with start_process(migrated, redis, clock) as third:
        assert not third.is_on()
    await there.change(operator, KEY, killed=False)
    await redis.flushall()  # nobody is told of the lift but by PostgreSQL
    async with start_process(migrated, redis, clock) as fourth:
        assert fourth.is_on()
    await here.sync.sync()
    assert here.is_on()
    assert await written(here.db) == [(KEY, True, operator.label), (KEY, False, operator.label)]
    assert await audited(here.db) == [
        ("killed", False, True, "It fails."),
        ("kill lifted", True, False, "It fails."),
    ]


async def test_a_process_starting_without_redis_applies_the_kills(
    here: KillSwitchProcess, operator: Actor, away: Redis, migrated: str, clock: Clock
) -> None:
    """L11: it had none."""
    await here.change(operator, KEY, killed=True)
    async with start_process(migrated, away, clock) as alone:
        assert not alone.is_on()
        done = await alone.change(operator, KEY, killed=False)
        assert done.warnings == [kills.NOT_MIRRORED]
        assert alone.is_on()


async def test_a_kill_during_a_database_outage_is_written_afterwards(
    here: KillSwitchProcess, there: KillSwitchProcess, operator: Actor, redis: Redis, db: Database
) -> None:
    """L11: in force at once through Redis, and written once, with its event and audit."""
    async with refuse_connections(db):
        done = await here.change(operator, KEY, killed=True)
        assert done.warnings == [kills.NOT_WRITTEN]
        await there.sync.sync()
        assert (here.is_on(), there.is_on()) == (False, False)
        await redis.flushall()  # only the processes have it now
        await there.sync.sync()
        assert (here.is_on(), there.is_on()) == (False, False)
    await here.flags.refresh()
    for item in (there, here, there, here):
        await _synced(item)
    assert (here.is_on(), there.is_on()) == (False, False)
    assert await written(db) == [(KEY, True, operator.label)]
    assert await audited(db) == [("killed", False, True, "It fails.")]
    async with db.read() as session:
        moment = await session.scalar(select(FlagKill.at))
        changed = await session.scalar(select(Change.at).where(Change.action == "killed"))
    assert changed == moment  # L20: it is the cause from then on, not from when it was written


async def test_a_kill_and_lift_during_an_outage_are_both_written(
    here: KillSwitchProcess, there: KillSwitchProcess, operator: Actor, db: Database
) -> None:
    async with refuse_connections(db):
        await here.change(operator, KEY, killed=True)
        await there.sync.sync()
        await there.change(operator, KEY, killed=False)
        await here.sync.sync()
        assert (here.is_on(), there.is_on()) == (True, True)
    await _synced(here)
    await _synced(there)
    assert [state for _, state, _ in await written(db)] == [True, False]
    assert (here.is_on(), there.is_on()) == (True, True)


async def test_without_both_stores_a_kill_applies_in_its_process(
    migrated: str, away: Redis, clock: Clock, flag: None, operator: Actor, db: Database
) -> None:
    async with start_process(migrated, away, clock) as alone:
        async with refuse_connections(db):
            assert (await alone.change(operator, KEY, killed=True)).warnings == [kills.ONLY_HERE]
            assert not alone.is_on()
        await _synced(alone)
        assert not alone.is_on()
    assert len(await written(db)) == 1


async def test_a_lift_with_a_smaller_number_does_nothing(
    here: KillSwitchProcess, there: KillSwitchProcess, operator: Actor
) -> None:
    """L11: a process drops a kill only for a lift with a greater number."""
    await here.change(operator, KEY, killed=True)
    await here.sync.mirror.write([kill_record(KEY, 5, killed=False)])
    for item in (here, there):
        await item.sync.sync()
        assert not item.is_on()


async def test_a_kill_outranks_a_lift_its_process_missed(
    here: KillSwitchProcess, migrated: str, away: Redis, operator: Actor
) -> None:
    """Its own number is too small; that in PostgreSQL is not."""
    late = Clock()
    async with start_process(migrated, away, late) as other:
        late.advance(-3600)
        await here.change(operator, KEY, killed=True)
        await here.change(operator, KEY, killed=False)
        await other.change(operator, KEY, killed=True)
        assert not other.is_on()
    await here.sync.sync()
    await here.sync.sync()
    async with here.db.read() as session:
        assert await queries.killed_keys(session) == {KEY}


async def test_unknown_flags_and_missing_reasons_are_refused(
    here: KillSwitchProcess, operator: Actor, db: Database
) -> None:
    """L11: `launch kill nope_flag` did nothing and said nothing; without the database too."""
    with pytest.raises(NotFound, match="nope_flag"):
        await here.change(operator, "nope_flag", killed=True)
    command = ChangeKills([KEY], True, " ")
    with pytest.raises(Required, match="reason"):
        await kills.change(here.db, here.flags, here.sync.mirror, operator, command)
    async with refuse_connections(db):
        with pytest.raises(NotFound, match="nope_flag"):
            await here.change(operator, "nope_flag", killed=True)
    assert await written(db) == []


async def test_a_process_without_flags_validates_keys_from_redis(
    here: KillSwitchProcess, operator: Actor, redis: Redis, clock: Clock
) -> None:
    mirror = here.sync.mirror
    await redis.flushall()
    async with start_process(_nowhere(), redis, clock) as blind:
        with pytest.raises(DependencyDown, match="`\\*` is every flag"):
            await blind.change(operator, KEY, killed=True)
        await mirror.write_flag_keys([KEY])
        assert (await blind.change(operator, KEY, killed=True)).warnings == [kills.NOT_WRITTEN]
        assert (await blind.change(operator, "*", killed=True)).warnings == [kills.NOT_WRITTEN]
    await here.sync.sync()
    assert here.flags.kills.killed == {KEY, "*"}


async def test_kills_of_the_previous_release_are_kept(
    here: KillSwitchProcess, redis: Redis
) -> None:
    await redis.flushall()
    await redis.sadd(LEGACY, KEY)
    await here.sync.sync()
    assert not here.is_on()
    await here.sync.sync()
    assert await written(here.db) == [(KEY, True, "launch kill")]
    assert await redis.smembers(LEGACY) == {KEY.encode()}


async def test_unreadable_kill_records_are_skipped(here: KillSwitchProcess, redis: Redis) -> None:
    await redis.hset("launch:kills", "x", "{}")
    await redis.hset("launch:kills", "y", b"\xff")
    await here.sync.sync()
    assert here.is_on()


async def _synced(item: KillSwitchProcess) -> None:
    """Poll until the circuit breaker of the process lets the database be asked again."""

    async def unwritten() -> int:
        await item.sync.sync()
        return len(item.flags.kills.unwritten)

    await wait_for_result(unwritten, lambda count: count == 0)


def _nowhere() -> str:
    return f"postgresql+asyncpg://launch@127.0.0.1:{dead_port()}/launch"
