"""The servers under all sequences of a test process, and a database of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import orjson
from redis.asyncio import Redis
from sqlalchemy import make_url

from db.migrate import upgrade
from settings import Settings
from subscriptions.bus import Broadcast
from tests.scenarios.databases import Databases
from tests.support.row_deletion import CREATE_FUNCTION_SQL, DELETE_ALL_SQL

_NAME = "scenarios"
_REDIS_DATABASE = 1
_TERMINATE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = $1 AND pid <> $2 AND backend_type = 'client backend'
"""


class Ground:
    """What stays while sequences come and go; `observer` sees the rows when nobody else may."""

    def __init__(
        self, settings: Settings, administrator: asyncpg.Connection, observer: asyncpg.Connection
    ) -> None:
        """`administrator` is connected to another database of the same server."""
        self.settings = settings
        self.observer = observer
        self.databases = Databases(str(settings.database_url))
        self.redis: Redis = Redis.from_url(str(settings.redis_url))
        self.bus = Broadcast(str(settings.redis_url))  # nobody listens: processes are polled
        self._administrator = administrator
        self._is_shut = False
        self.was_shut = False  # in this sequence: connections may be cut that nobody has tried

    async def clear(self) -> None:
        """Remove every row, whatever the sequence before has left."""
        await self.let_in()
        if self.was_shut:
            self.was_shut = False
            await self.databases.reconnect()
        await self.observer.execute(DELETE_ALL_SQL)
        await self.redis.flushdb()

    async def shut_out(self) -> None:
        """The database goes away: every connection but the observer's ends, none is accepted."""
        self._is_shut = self.was_shut = True
        await self._administrator.execute(f"ALTER DATABASE {_NAME} ALLOW_CONNECTIONS false")
        await self._administrator.execute(_TERMINATE, _NAME, self.observer.get_server_pid())

    async def let_in(self) -> None:
        """It comes back."""
        if self._is_shut:
            self._is_shut = False
            await self._administrator.execute(f"ALTER DATABASE {_NAME} ALLOW_CONNECTIONS true")

    async def close(self) -> None:
        """End what it has opened itself."""
        await self.databases.close()
        await self.redis.aclose()


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncIterator[Ground]:
    """The ground on the running servers that `settings` name."""
    outside = make_url(str(settings.database_url))
    url = outside.set(database=_NAME).render_as_string(hide_password=False)
    administrator = await _connect(outside.render_as_string(hide_password=False))
    await administrator.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
    await administrator.execute(f"CREATE DATABASE {_NAME}")
    await upgrade(url)
    observer = await _connect(url)
    await observer.execute(CREATE_FUNCTION_SQL)
    await _read_json(observer)
    own = {"database_url": url, "redis_url": f"{settings.redis_url}?db={_REDIS_DATABASE}"}
    ground = Ground(settings.model_copy(update=own), administrator, observer)
    try:
        yield ground
    finally:
        await ground.close()
        await observer.close()
        await administrator.close()


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1))


async def _read_json(connection: asyncpg.Connection) -> None:
    """In the binary form, which alone may stand within an array of rows."""
    for kind, prefix in (("json", b""), ("jsonb", b"\x01")):
        await connection.set_type_codec(
            kind,
            encoder=partial(_write, prefix),
            decoder=partial(_read, prefix),
            schema="pg_catalog",
            format="binary",
        )


def _write(prefix: bytes, value: object) -> bytes:
    return prefix + orjson.dumps(value)


def _read(prefix: bytes, value: bytes) -> object:
    return orjson.loads(value[len(prefix) :])
