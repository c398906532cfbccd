"""What server processes have of the kill switch, and a database that refuses everybody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from db.session import Database
from domain.actors import Actor
from domain.flags.flags import EvaluationContext
from services.flags import kills
from services.flags.flag_store import FlagStore
from services.flags.kill_mirror import KillMirror
from services.flags.kill_sync import KillSync
from services.flags.kills import ChangeKills, KillResult
from tests.support.clock import Clock


@dataclass(frozen=True, slots=True)
class Process:
    """What one server process has of the kill switch; a test calls its polls."""

    db: Database
    flags: FlagStore
    sync: KillSync

    async def change(self, actor: Actor, key: str, *, killed: bool) -> KillResult:
        command = ChangeKills([key], killed, "It fails.")
        return await kills.change(self.db, self.flags, self.sync.mirror, actor, command)

    def is_on(self, key: str = "mvp_chat") -> bool:
        return self.flags.current.evaluate(key, EvaluationContext()).value


@asynccontextmanager
async def process(url: str, redis: Redis, clock: Clock) -> AsyncIterator[Process]:
    """A process as it starts."""
    db = Database(url, clock=clock, timeout_seconds=1)
    flags = FlagStore(db, clock=clock)
    sync = KillSync(db, KillMirror(redis), flags)
    db.on_commit(sync.after_commit)
    try:
        await flags.refresh()
        await sync.sync()
        yield Process(db, flags, sync)
    finally:
        await db.dispose()


@asynccontextmanager
async def no_database(db: Database) -> AsyncIterator[None]:
    """PostgreSQL refuses everybody, over an open connection to its other database."""
    url = make_url(db.url)
    allow = f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS {{}}'
    engine = create_async_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(allow.format("false")))
            await connection.execute(_CUT, {"name": url.database})
        yield
    finally:
        # Over a connection of its own: every test after this one needs the database.
        async with engine.connect() as connection:
            await connection.execute(text(allow.format("true")))
        await engine.dispose()


_CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = :name AND backend_type = 'client backend'"
)
