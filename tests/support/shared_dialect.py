"""A PostgreSQL dialect whose engines share statements and connections within a test process.

Each test has an app with its own engine. SQLAlchemy caches compiled SQL by engine and dialect
object, and a new connection makes PostgreSQL fork a process that reads its catalogs again: both
together took a third of the CPU of the API tests. This dialect declares all its objects equal,
which is true because every engine talks to the same PostgreSQL, and gives the engines one cache.
A connection that a disposed engine closes is reset and kept for the next engine with the same
connection parameters. It uses documented means: `registry.register`, `Dialect.engine_created`, the
execution option `compiled_cache`, the hooks of `Dialect` for connecting and closing, and asyncpg's
`Connection.reset`.
"""

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.util import await_only

_MAX_IDLE = 4
_COMPILED: dict[Any, Any] = {}
_SERVER: dict[str, Any] = {}  # attributes of a dialect that describe the server


class ConnectionCache:
    """Idle connections of one event loop to one database, by their parameters."""

    def __init__(self, loop: AbstractEventLoop, host: str, database: str) -> None:
        self._loop, self._host, self._database = loop, host, database
        self._idle: dict[str, list[Any]] = {}
        self._parameters: dict[int, str] = {}  # of each open connection, by its id
        self._prepared: set[int] = set()  # connections whose codecs are set

    def serves(self, parameters: dict[str, Any]) -> bool:
        """Return whether connections with these parameters are kept."""
        return (
            parameters.get("host") == self._host
            and parameters.get("database") == self._database
            and get_running_loop() is self._loop
        )

    def take(self, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - untyped in SQLAlchemy
        """Return an idle connection, or None."""
        idle = self._idle.get(repr(parameters), [])
        while idle:
            connection = idle.pop()
            if not connection.driver_connection.is_closed():
                return connection
            self.forget(connection)
        return None

    def add(self, connection: Any, parameters: dict[str, Any]) -> None:  # noqa: ANN401 - see above
        """Remember the parameters of a new connection."""
        self._parameters[id(connection)] = repr(parameters)

    def is_prepared(self, connection: Any) -> bool:  # noqa: ANN401 - see above
        """Return whether another engine has used the connection before."""
        return id(connection) in self._prepared

    def keep(self, connection: Any) -> bool:  # noqa: ANN401 - see above
        """Reset a connection and keep it; False if it has to be closed instead."""
        parameters = self._parameters.get(id(connection))
        if parameters is None or connection.driver_connection.is_closed():
            return False
        idle = self._idle.setdefault(parameters, [])
        if len(idle) >= _MAX_IDLE:
            return False
        connection.rollback()
        await_only(connection.driver_connection.reset())
        self._prepared.add(id(connection))
        idle.append(connection)
        return True

    def forget(self, connection: Any) -> None:  # noqa: ANN401 - see above
        """Forget a connection that is closed."""
        self._parameters.pop(id(connection), None)
        self._prepared.discard(id(connection))

    async def close(self) -> None:
        """Close all idle connections."""
        for idle in self._idle.values():
            for connection in idle:
                await connection.driver_connection.close()
        self._idle.clear()
        self._parameters.clear()
        self._prepared.clear()


_cache: ConnectionCache | None = None


class SharedDialect(PGDialect_asyncpg):
    """A dialect that equals every other of its class."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give the engine the shared cache; SQLAlchemy calls this for each engine."""
        engine.update_execution_options(compiled_cache=_COMPILED)

    def connect(self, *arguments: Any, **parameters: Any) -> Any:  # noqa: ANN401 - as SQLAlchemy's
        """Reuse an idle connection, or open one."""
        if _cache is None or not _cache.serves(parameters):
            return super().connect(*arguments, **parameters)
        connection = _cache.take(parameters)
        if connection is None:
            key = dict(parameters)
            connection = super().connect(*arguments, **parameters)
            _cache.add(connection, key)
        return connection

    def on_connect(self) -> Callable[[Any], None]:
        """Set the codecs of new connections only: it takes queries."""
        set_codecs = super().on_connect()  # type: ignore[no-untyped-call]

        def prepare(connection: Any) -> None:  # noqa: ANN401 - as SQLAlchemy's
            if _cache is None or not _cache.is_prepared(connection):
                set_codecs(connection)

        return prepare

    def initialize(self, connection: Connection) -> None:
        """Ask the server for its version and defaults once, instead of once per engine."""
        if not _SERVER:
            before = dict(vars(self))
            super().initialize(connection)  # type: ignore[no-untyped-call]
            _SERVER.update(
                (name, value) for name, value in vars(self).items() if before.get(name) != value
            )
        vars(self).update(_SERVER)

    def do_close(self, dbapi_connection: Any) -> None:  # noqa: ANN401 - as SQLAlchemy's
        """Keep the connection for the next engine, or close it."""
        if _cache is None or not _cache.keep(dbapi_connection):
            self._end(dbapi_connection)
            super().do_close(dbapi_connection)  # type: ignore[no-untyped-call]

    def do_terminate(self, dbapi_connection: Any) -> None:  # noqa: ANN401 - as SQLAlchemy's
        """Close a connection that is broken."""
        self._end(dbapi_connection)
        super().do_terminate(dbapi_connection)

    @staticmethod
    def _end(dbapi_connection: Any) -> None:  # noqa: ANN401 - as SQLAlchemy's
        if _cache is not None:
            _cache.forget(dbapi_connection)


def install() -> None:
    """Use this dialect for `postgresql+asyncpg` in this process."""
    registry.register("postgresql.asyncpg", __name__, SharedDialect.__name__)


@asynccontextmanager
async def kept_connections(host: str, database: str) -> AsyncIterator[None]:
    """Keep connections of this event loop to a database within the block."""
    global _cache  # noqa: PLW0603 - dialects are created by SQLAlchemy
    _cache = cache = ConnectionCache(get_running_loop(), host, database)
    try:
        yield
    finally:
        _cache = None
        await cache.close()
