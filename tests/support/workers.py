"""Real worker processes on their own servers, which a test may stop and start."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from redis.asyncio import Redis
from sqlalchemy import func, select

from db.models.health import HealthReading
from db.session import Database
from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
from domain.health.health import CheckType, HealthStatus
from jobs.queue import JobSpec, enqueue
from services.health.health_store import KEY, decode
from tests.support.clock import PATIENCE, Clock
from tests.support.clusters import copy_template
from tests.support.forkserver import COMMANDS, WORKER, Child
from tests.support.servers import free_port

INTERVAL = 1.0
DATABASE = CheckType.DATABASE


class WorkerFleet:
    """A database, a cache, and workers that use them."""

    def __init__(self, folder: Path, cluster: Path, **env: str) -> None:
        """`cluster`: the cluster that the database is copied from.

        `env`: settings of the workers.
        """
        self.folder = folder
        self.env = env
        copy_template(cluster, folder)
        self.postgres = EmbeddedPostgres(folder, fast=True)
        self.valkey = EmbeddedValkey(folder)
        self.workers: list[Child] = []
        self.port = free_port()
        self._frozen: list[psutil.Process] = []

    @property
    def url(self) -> str:
        """Return where `serve` listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.postgres.start()
        self.redis = Redis.from_url(self.valkey.start())
        self.db = Database(self.postgres.url, clock=Clock())

    def work(self, count: int) -> list[Child]:
        """Start `count` workers; their logs are in the folder."""
        return [self._start(WORKER) for _ in range(count)]

    def serve(self) -> Child:
        """Start an app server at `url`."""
        return self._start(COMMANDS, "serve")

    def freeze(self) -> None:
        """Freeze both servers: connections stay open, new ones are accepted, nothing responds."""
        for pid in (self.postgres.pid, self.valkey.pid):
            server = psutil.Process(pid)
            self._frozen += [server, *server.children(recursive=True)]
        for process in self._frozen:
            process.suspend()

    def lose(self) -> None:
        """Stop both servers."""
        self.valkey.stop()
        self.postgres.stop()

    def _start(self, main: str, *words: str) -> Child:
        env = {
            **os.environ,
            "ENVIRONMENT": "test",
            "OPERATION_TIMEOUT_SECONDS": str(PATIENCE),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "HEALTH_INTERVAL_SECONDS": str(INTERVAL),
            "HEALTH_TIMEOUT_SECONDS": "2",
            "HEALTH_RECHECK_SECONDS": "0",
            "DATABASE_TIMEOUT_SECONDS": "1",
            **self.env,
        }
        with (self.folder / "workers.log").open("ab") as log:
            new = Child(main, words, env, Path.cwd(), (log, log, log))
        self.workers.append(new)
        return new

    async def add(self, entrypoint: str, name: str) -> None:
        async with self.db.write() as uow:
            await enqueue(uow.session, [JobSpec(entrypoint, {"list": name})])

    async def pids(self, name: str) -> list[int]:
        """Return the process ids recorded in a list."""
        return [int(pid) for pid in await self.redis.lrange(name, 0, -1)]

    async def readings(self) -> int:
        """Count the stored rounds of health checks."""
        query = select(func.count()).where(HealthReading.check_type == DATABASE)
        async with self.db.read() as session:
            return int(await session.scalar(query) or 0)

    async def database_status(self) -> HealthStatus | None:
        stored = await self.redis.get(KEY)
        return decode(stored).state(DATABASE).status if stored else None

    async def stop(self) -> None:
        for process in self._frozen:
            with suppress(psutil.NoSuchProcess):
                process.resume()
        for worker in self.workers:
            worker.kill()
            worker.wait()
        await self.redis.aclose()
        await self.db.dispose()
        self.valkey.stop()
        self.postgres.stop()


async def stop(*workers: Child) -> list[int]:
    """Send SIGTERM to all processes and return their exit codes."""
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    return [await asyncio.to_thread(worker.wait, PATIENCE) for worker in workers]
