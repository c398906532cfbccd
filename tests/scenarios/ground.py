"""The servers under all sequences of a test process, and a database of their own."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import make_url

from db.migrate import upgrade
from settings import Settings
from tests.support.emptying import EMPTY

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
        self._administrator = administrator

    async def clear(self) -> None:
        """Remove every row, whatever the sequence before has left."""
        await self.let_in()
        await self.observer.execute(EMPTY)

    async def shut_out(self) -> None:
        """The database goes away: every connection but the observer's ends, none is accepted."""
        await self._administrator.execute(f"ALTER DATABASE {_NAME} ALLOW_CONNECTIONS false")
        await self._administrator.execute(_TERMINATE, _NAME, self.observer.get_server_pid())

    async def let_in(self) -> None:
        """It comes back."""
        await self._administrator.execute(f"ALTER DATABASE {_NAME} ALLOW_CONNECTIONS true")


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
    for kind in ("json", "jsonb"):
        await observer.set_type_codec(
            kind, encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
    own = {"database_url": url, "redis_url": f"{settings.redis_url}?db={_REDIS_DATABASE}"}
    try:
        yield Ground(settings.model_copy(update=own), administrator, observer)
    finally:
        await observer.close()
        await administrator.close()


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1))
