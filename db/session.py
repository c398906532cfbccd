"""Database connections and units of work. The edge opens them; services never commit (R2)."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime

import asyncpg
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
)
from sqlalchemy.pool import QueuePool

from db import event_writes, moments, schema_revision
from db.circuit_breaker import DatabaseBreaker
from db.direct import DirectConnection
from db.drafts import Audit, Draft
from db.driver import driver_of
from db.engine import create_engine, transaction
from db.event_positions import Positions
from db.flag_transactions import FlagTransaction
from db.log_edge import archived_error
from db.outages import describe_database_error, find_outage
from db.reads.connections import ReadConnections
from domain.actors import Actor
from domain.errors import DependencyDown
from domain.events import Event, RecordedEvent, WrittenEvent
from domain.platform.outages import Outage

logger = logging.getLogger(__name__)

AfterCommit = Callable[[Sequence[RecordedEvent]], Awaitable[None]]
EnqueueJobs = Callable[[AsyncSession, Sequence[WrittenEvent]], Awaitable[None]]


class UnitOfWork:
    """One transaction, which commits rows, events, audit and jobs together or not at all."""

    def __init__(self, session: AsyncSession, clock: Callable[[], datetime]) -> None:
        """Take `now`, the time of everything that this transaction writes, from `clock`."""
        self.session = session
        self._clock = clock
        self.now = self.began = clock()
        self._drafts: list[Draft] = []
        self.written: list[WrittenEvent] = []  # events written to the log so far
        # The same events with positions, after the commit.
        self.recorded: Sequence[RecordedEvent] = ()

    def refresh_now(self) -> None:
        """Take `now` from the clock again after waiting for row locks.

        Call this before the first row is written with `now`, while no change is visible yet.
        """
        self.now = max(self.now, self._clock())
        moments.move(self.now)

    def record(
        self,
        actor: Actor,
        event: Event,
        audit: Audit | None = None,
        occurred_at: datetime | None = None,
    ) -> None:
        """Add an event, which is written on commit after all changes of the session.

        `occurred_at`: when it happened, if that was before this transaction.
        """
        self._drafts.append(Draft(actor, event, audit, occurred_at))

    async def fetch(self, statement: str, *values: object) -> Sequence[asyncpg.Record]:
        """Run a statement on the driver, bypassing SQLAlchemy, and return its rows."""
        driver = await driver_of(self.session)
        rows: Sequence[asyncpg.Record] = await driver.fetch(statement, *values)
        return rows

    async def write_events(self) -> Sequence[WrittenEvent]:
        """Write the pending events to the log now and return them with their ids."""
        drafts, self._drafts = self._drafts, []
        await self.session.flush()
        written = await event_writes.append(self, drafts, self.began)
        self.written += written
        return written


async def _no_jobs(_session: AsyncSession, _events: Sequence[WrittenEvent]) -> None:
    return None


class Database:
    """The database of one process. `read` opens sessions, `write` units of work."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        pool_size: int = 10,
        timeout_seconds: float = 5.0,
        enqueue_jobs: EnqueueJobs = _no_jobs,
    ) -> None:
        """Create the engine; `enqueue_jobs` runs inside each transaction that records events."""
        self.url = url
        self.clock = clock
        self.breaker = DatabaseBreaker()
        self.engine = create_engine(url, pool_size, timeout_seconds, self.breaker)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._enqueue_jobs = enqueue_jobs
        self.direct = DirectConnection(url, "launch-direct", self.breaker)
        self.reads = ReadConnections(url, self.breaker)
        self.positions = Positions(self.direct)
        self._after_commit: list[AfterCommit] = []

    @property
    def connections_used(self) -> int:
        """Return how many pooled connections are in use."""
        pool = self.engine.sync_engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def on_commit(self, callback: AfterCommit) -> None:
        """Call `callback` with the events of every later commit of this process.

        Use `positions.on_numbered` for the events of all processes.
        """
        self._after_commit.append(callback)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading. Raises DependencyDown if the database does not respond."""
        async with self._translate_errors(), self._sessions() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that commits on a clean exit and rolls back on any exception."""
        async with self._translate_errors(), self._sessions() as session, session.begin():
            uow = UnitOfWork(session, self.clock)
            with moments.at(uow.now):
                yield uow
                await uow.write_events()
                if uow.written:
                    await self._enqueue_jobs(session, uow.written)
        await self._publish_commit(uow)

    @asynccontextmanager
    async def change_flag(self) -> AsyncIterator[FlagTransaction]:
        """Open a transaction that changes one flag without SQLAlchemy, in four round trips."""
        async with self._translate_errors(), transaction(self.engine) as driver:
            self.breaker.reset()
            work = FlagTransaction(driver, self.clock)
            yield work
        await self._publish_commit(work)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.positions.wait_published()
        await self.direct.close()
        await self.reads.close()
        await self.engine.dispose()

    async def _publish_commit(self, work: UnitOfWork | FlagTransaction) -> None:
        """Number the events and run the callbacks.

        Errors no longer reach the caller: the change is saved.
        """
        work.recorded = await self._assign_positions(work.written)
        if work.written:
            self.breaker.record_write()
        await self._run_callbacks(work.recorded)

    @asynccontextmanager
    async def _translate_errors(self) -> AsyncIterator[None]:
        """Convert outages to DependencyDown, whose message contains no SQL.

        And a cursor before the edge of the log to EventsArchived.
        """
        self.breaker.check()
        try:
            yield
        except Exception as error:
            if (archived := archived_error(error)) is not None:
                raise archived from error
            outage = await self._find_outage(error)
            if outage is None:
                raise
            if isinstance(error, TimeoutError):
                self.breaker.trip()
            raise self.breaker.record_outage(outage) from error

    async def _find_outage(self, error: Exception) -> Outage | None:
        return await find_outage(describe_database_error(error), self._schema_problem)

    async def _schema_problem(self) -> str | None:
        try:
            async with self.engine.connect() as connection:
                difference = await schema_revision.difference(connection)
        except Exception:  # this check explains another error and must not raise its own
            return None
        return str(difference) if difference else None

    async def _assign_positions(self, written: Sequence[WrittenEvent]) -> Sequence[RecordedEvent]:
        """Assign positions; returns none if the database was lost after the commit.

        Another process then numbers and publishes the events.
        """
        try:
            return await self.positions.of(written)
        except DependencyDown:
            logger.warning("%d events are committed but not numbered yet", len(written))
            return ()

    async def _run_callbacks(self, events: Sequence[RecordedEvent]) -> None:
        """Run the after-commit callbacks and log their errors: the change is already saved."""
        if not events:
            return
        for callback in self._after_commit:
            try:
                await callback(events)
            except Exception:
                logger.exception("after-commit callback failed; readers catch up from the log")


_counter: ContextVar["StatementCounter | None"] = ContextVar("statement_counter", default=None)


class StatementCounter:
    """Counts the statements of an engine, for tests that assert on them.

    Only statements of the task that created the counter and of tasks started from it count.
    """

    def __init__(self, database: Database) -> None:
        """Start counting."""
        self.statements: list[str] = []
        self._engine, self._reads = database.engine.sync_engine, database.reads
        self._before = _counter.set(self)
        sqlalchemy_event.listen(self._engine, "before_cursor_execute", self._on_execute)
        self._reads.listeners.append(self._count)

    def stop(self) -> None:
        """Stop counting."""
        _counter.reset(self._before)
        sqlalchemy_event.remove(self._engine, "before_cursor_execute", self._on_execute)
        self._reads.listeners.remove(self._count)

    def _on_execute(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        self._count(statement)

    def _count(self, statement: str) -> None:
        if _counter.get() is self:
            self.statements.append(statement)
