"""Runs the jobs of pgqueuer's queue, through restarts of PostgreSQL."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
from pgqueuer.core.executors import AsyncEntrypoint, DatabaseRetryEntrypointExecutor
from pgqueuer.db import AsyncpgDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from db import pooling, schema_revision
from db.direct import driver_url
from jobs.kinds import KINDS, JobKind
from jobs.queue import Payload, decode
from jobs.tally import Tally
from jobs.traces import traced
from services.platform.background import end
from services.platform.outages import cause_of

logger = logging.getLogger(__name__)


class UnfitDatabase(Exception):
    """The database has not been migrated to this release, or gives a worker no session."""

    def __repr__(self) -> str:
        """The text alone: it is for operators."""
        return str(self)


Handler = Callable[[Payload], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTiming:
    """In seconds. Another worker takes a job of a killed one after `heartbeat` + `poll` at most."""

    heartbeat: float = 20.0
    poll: float = 5.0  # also how long a dead connection goes unnoticed
    grace: float = 4.0  # for running jobs when the worker stops
    backoff: float = 0.5  # before connecting again; doubles up to `backoff_cap`
    backoff_cap: float = 5.0


DEFAULT_TIMING = QueueTiming()

_CONNECT_SECONDS = 2.0  # as long as that a stop may be held up
_CLOSE_SECONDS = 1.0


class JobRunner:
    """The job runner of a worker."""

    def __init__(
        self,
        url: str,
        handlers: Mapping[str, Handler],
        timing: QueueTiming = DEFAULT_TIMING,
        kinds: Mapping[str, JobKind] = KINDS,
    ) -> None:
        """`handlers` by entrypoint, each with its kind; each may run twice."""
        self._kinds = {name: kinds[name] for name in handlers}
        self._dsn = driver_url(url)
        self._handlers = handlers
        self._timing = timing
        self._active: set[asyncio.Future[None]] = set()
        self._stopping = False
        self._has_session = False  # not known before the first connection
        self.connected = False
        self.tally = Tally()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until stopped. A lost connection to the database is opened again."""
        attempt = 0
        while not stop.is_set():
            try:
                await self._work(stop)
                attempt = 0
            except Exception as error:
                cause = cause_of(error) or repr(error)
                logger.warning("jobs: the queue is interrupted and will be resumed: %s", cause)
                attempt += 1
            await self._pause(stop, attempt)

    async def _work(self, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=_CONNECT_SECONDS,
            command_timeout=10,
            server_settings={"application_name": "launch-jobs"},
        )
        await _check_schema(connection)
        await self._check_pooling(connection)
        manager = self._manager(connection)
        self.connected = True
        running = asyncio.create_task(self._run(manager), name="job-queue")
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                await self._finish(manager, running)
        finally:
            self.connected = False
            stopped.cancel()
            if not running.done():
                # A hanging server would delay the end of every running statement.
                connection.terminate()
            await end(running)
            await _close(connection)
        if not running.cancelled():
            running.result()

    async def _check_pooling(self, connection: asyncpg.Connection) -> None:
        """Once: the queue would miss what it listens for, and say nothing (F9)."""
        if self._has_session:
            return
        observed = await pooling.detect_pooling(self._dsn)
        if reason := pooling.pooling_error(observed, needs_session=True):
            await _close(connection)
            raise UnfitDatabase(reason)
        self._has_session = True

    def _manager(self, connection: asyncpg.Connection) -> QueueManager:
        manager = QueueManager(Queries(AsyncpgDriver(connection)))
        for name, handler in self._handlers.items():
            kind = self._kinds[name]
            executor = partial(
                DatabaseRetryEntrypointExecutor,
                max_attempts=kind.max_retries,
                initial_delay=timedelta(seconds=kind.retry_seconds),
                max_delay=timedelta(seconds=kind.max_retry_seconds),
            )
            # "hold" keeps a job that failed for good; "delete" would lose it.
            register = manager.entrypoint(
                name,
                concurrency_limit=kind.concurrency,
                executor_factory=executor,
                on_failure="hold",
            )
            register(self._entrypoint(name, handler, kind))
        return manager

    async def _run(self, manager: QueueManager) -> None:
        await manager.run(
            dequeue_timeout=timedelta(seconds=self._timing.poll),
            heartbeat_timeout=timedelta(seconds=self._timing.heartbeat),
            shutdown_on_listener_failure=True,
        )

    async def _finish(self, manager: QueueManager, running: asyncio.Task[None]) -> None:
        """Take no new jobs, let running ones end, and return those that do not."""
        manager.shutdown.set()
        await asyncio.wait({running}, timeout=self._timing.grace)
        self._stopping = True
        for job in self._active:
            job.cancel()
        await asyncio.wait({running}, timeout=_CLOSE_SECONDS)

    def _entrypoint(self, name: str, handler: Handler, kind: JobKind) -> AsyncEntrypoint:
        async def execute(job: Job) -> None:
            with self.tally.run(name):
                async with traced(job), asyncio.timeout(kind.limit_seconds):
                    await self._execute(handler, decode(job.payload))

        return execute

    async def _execute(self, handler: Handler, payload: Payload) -> None:
        work = asyncio.ensure_future(handler(payload))
        self._active.add(work)
        try:
            await work
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            # pgqueuer would drop a cancelled job for good; this returns it to the queue.
            raise RetryRequested(reason="the worker stops") from None
        finally:
            self._active.discard(work)

    async def _pause(self, stop: asyncio.Event, attempt: int) -> None:
        ceiling = min(self._timing.backoff * 2 ** min(attempt, 10), self._timing.backoff_cap)
        with suppress(TimeoutError):
            # Jitter, so that not all workers reconnect to a restarted server at once.
            async with asyncio.timeout(random.uniform(ceiling / 2, ceiling)):
                await stop.wait()


async def _check_schema(connection: asyncpg.Connection) -> None:
    """Raise SchemaTooOld before the queue fails with an error of its own."""
    difference = await schema_revision.difference_over(connection)
    if difference and not difference.is_newer:
        await _close(connection)
        raise UnfitDatabase(str(difference))


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=_CLOSE_SECONDS)
    except Exception:
        connection.terminate()
