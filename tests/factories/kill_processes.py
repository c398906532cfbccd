"""Server processes with kill switches, and a database that refuses connections."""

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
class KillSwitchProcess:
    """The kill switch parts of a server process; a test runs their polls."""

    db: Database
    flags: FlagStore
    sync: KillSync

    async def change(self, actor: Actor, key: str, *, killed: bool) -> KillResult:
        command = ChangeKills([key], killed, "It fails.")
        return await kills.change(self.db, self.flags, self.sync.mirror, actor, command)

    def is_on(self, key: str = "mvp_chat") -> bool:
        return self.flags.current.evaluate(key, EvaluationContext()).value


@asynccontextmanager
async def start_process(url: str, redis: Redis, clock: Clock) -> AsyncIterator[KillSwitchProcess]:
    """Build a process as it starts."""
    db = Database(url, clock=clock, timeout_seconds=1)
    flags = FlagStore(db, clock=clock)
    sync = KillSync(db, KillMirror(redis), flags)
    db.on_commit(sync.after_commit)
    try:
        await flags.refresh()
        await sync.sync()
        yield KillSwitchProcess(db, flags, sync)
    finally:
        await db.dispose()


@asynccontextmanager
async def refuse_connections(db: Database) -> AsyncIterator[None]:
    """Make PostgreSQL refuse connections within the block."""
    url = make_url(db.url)
    allow = f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS {{}}'
    engine = create_async_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(allow.format("false")))
            await connection.execute(_CUT, {"name": url.database})
        yield
    finally:
        # Uses a separate connection: every later test needs the database.
        async with engine.connect() as connection:
            await connection.execute(text(allow.format("true")))
        await engine.dispose()


_CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = :name AND backend_type = 'client backend'"
)
