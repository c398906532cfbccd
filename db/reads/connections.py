"""A few dedicated connections per process for the statements of query plans (PERF1).

They use no session, transaction, ping or reset: each statement is a single read, prepared once per
connection. Identical reads are coalesced: while one runs, later callers wait for the next run and
share it; a caller never joins a read that was sent before its call.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import asyncpg

from db.circuit_breaker import DatabaseBreaker
from db.direct import driver_url

MAX_CONNECTIONS = 4
_SESSION_SETUP = "SET jit = off"
STATEMENT_TIMEOUT_SECONDS = 1.0  # slower statements do not belong on these connections
SUSPENSION_SECONDS = 5.0
MAX_PREPARED_STATEMENTS = 200  # per connection; the least recently used are dropped


class ReadsSuspended(Exception):
    """Raised for a while after a failed read: the executor has connections of its own."""


class BoundStatement(NamedTuple):
    """A statement with the values of its parameters."""

    text: str
    binds: tuple[Any, ...]


ResultSets: TypeAlias = list[list[asyncpg.Record]]
BuildResponse: TypeAlias = Callable[[ResultSets], bytes]
Key: TypeAlias = tuple[object, tuple[BoundStatement, ...]]


class _Connection(NamedTuple):
    """A connection and the generation of the breaker when it was opened."""

    driver: asyncpg.Connection
    generation: int


class _PendingRead(NamedTuple):
    """A read that has not been sent yet, and the futures of its callers."""

    key: Key
    build_response: BuildResponse
    futures: "list[asyncio.Future[bytes]]"


class ReadConnections:
    """The connections of one process, opened on first use."""

    def __init__(
        self, url: str, breaker: DatabaseBreaker, max_connections: int = MAX_CONNECTIONS
    ) -> None:
        """Create an empty pool; `breaker` is the breaker of the process."""
        self._dsn, self._breaker, self._max_connections = driver_url(url), breaker, max_connections
        self._idle: list[_Connection] = []
        self._busy_count = 0
        self._queue: deque[_PendingRead] = deque()
        self._by_key: dict[Key, _PendingRead] = {}
        self._running: dict[Key, _PendingRead | None] = {}  # with the read to run next
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._suspended_until = 0.0
        self.listeners: list[Callable[[str], None]] = []  # called with each statement, for tests
        self.shared_count = 0  # responses shared with another caller

    def run(
        self, plan: object, statements: Sequence[BoundStatement], build_response: BuildResponse
    ) -> "asyncio.Future[bytes]":
        """Run the statements in order; the future gets what `build_response` makes of their rows.

        It raises the errors of the driver: a lost connection is not retried here.
        """
        loop = asyncio.get_running_loop()
        if self._closed or loop.time() < self._suspended_until:
            raise ReadsSuspended
        self._breaker.check()
        for listener in self.listeners:
            for statement in statements:
                listener(statement.text)
        # Each caller has its own future, so that cancelling one does not affect the others.
        key, future = (plan, tuple(statements)), loop.create_future()
        pending = self._by_key.get(key)
        if pending is not None:
            self.shared_count += 1
            pending.futures.append(future)
        else:
            self._enqueue(_PendingRead(key, build_response, [future]))
        return future

    def _enqueue(self, pending: _PendingRead) -> None:
        self._by_key[pending.key] = pending
        if pending.key in self._running:
            self._running[pending.key] = pending
            return
        self._queue.append(pending)
        if self._busy_count < self._max_connections:
            self._busy_count += 1
            task = asyncio.create_task(self._serve(), name="reads")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Close after the running reads have finished."""
        self._closed = True
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._idle:
            self._idle.pop().driver.terminate()

    async def _serve(self) -> None:
        """Serve pending reads over one connection until there are none."""
        try:
            while self._queue:
                pending = self._queue.popleft()
                del self._by_key[pending.key]
                self._running[pending.key] = None
                try:
                    _resolve(pending, pending.build_response(await self._fetch(pending.key[1])))
                except BaseException as error:
                    _reject(pending, error)
                    if not isinstance(error, Exception):  # the process ends
                        self._suspend()
                        raise
                finally:
                    self._release_key(pending.key)
        finally:
            self._busy_count -= 1

    def _release_key(self, key: Key) -> None:
        next_read = self._running.pop(key)
        if next_read is not None:
            self._queue.append(next_read)

    async def _fetch(self, statements: Sequence[BoundStatement]) -> ResultSets:
        try:
            connection = self._take_idle() or await self._connect()
        except Exception:
            self._suspend()  # otherwise each request would try to connect
            raise
        driver = connection.driver
        try:
            result_sets = [
                await driver.fetch(item.text, *item.binds, timeout=STATEMENT_TIMEOUT_SECONDS)
                for item in statements
            ]
        except BaseException as error:
            driver.terminate()
            if isinstance(error, TimeoutError):
                self._suspend()
            raise
        self._idle.append(connection)
        return result_sets

    def _take_idle(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if (
                connection.generation == self._breaker.generation
                and not connection.driver.is_closed()
            ):
                return connection
            connection.driver.terminate()  # a former primary still responds
        return None

    def _suspend(self) -> None:
        """Fail pending reads and refuse new ones for a while, so that no caller times out twice."""
        self._suspended_until = asyncio.get_running_loop().time() + SUSPENSION_SECONDS
        for pending in self._by_key.values():
            _reject(pending, ReadsSuspended())
        self._queue.clear()
        self._by_key.clear()
        self._running.update(dict.fromkeys(self._running))

    async def _connect(self) -> _Connection:
        generation = self._breaker.generation
        driver = await asyncpg.connect(
            self._dsn,
            timeout=STATEMENT_TIMEOUT_SECONDS,
            statement_cache_size=MAX_PREPARED_STATEMENTS,
            max_cached_statement_lifetime=0,
            # PgBouncer refuses other settings; it carries these between sessions.
            server_settings={
                "application_name": "launch-reads",
                "datestyle": "ISO",
                "timezone": "UTC",
            },
        )
        await driver.execute(_SESSION_SETUP, timeout=STATEMENT_TIMEOUT_SECONDS)
        return _Connection(driver, generation)


def _resolve(pending: _PendingRead, response: bytes) -> None:
    for future in pending.futures:
        if not future.done():
            future.set_result(response)


def _reject(pending: _PendingRead, error: BaseException) -> None:
    for future in pending.futures:
        if future.done():
            continue
        if isinstance(error, Exception):
            future.set_exception(error)
            future.exception()  # retrieved, so that asyncio does not warn if the caller left
        else:
            future.cancel()
