"""The processes of the day: two apps, two workers, PostgreSQL, Valkey. Some are killed."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.support.clusters import copy_template
from tests.support.command import Launch, RunningCommand, wait_until_ready
from tests.support.servers import free_port

EMAIL, PASSWORD = "operator@wedsync.app", "a long enough password"
WORKERS = 2
# Limits of one caller, where a whole crowd comes from one machine. All others are as shipped.
RAISED = {
    "SIGN_UPS_PER_HOUR": "100000",
    "COST_BUCKET_SIZE": "1000000000",
    "COST_RESTORE_PER_SECOND": "100000000",
    "MAX_SOCKETS_PER_CALLER": "20000",
}


class Site:
    """What the day starts, and what it does to it."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder / "data")
        self.valkey = EmbeddedValkey(folder / "valkey")
        self.ports = (free_port(), free_port())
        self._stack = ExitStack()
        self._env = dict(env)
        self._apps: dict[int, RunningCommand] = {}
        self._logs: dict[str, RunningCommand] = {}

    def start(self) -> None:
        """All of it, each process when what it needs answers."""
        for server in (self.postgres, self.valkey):
            server.start()
            self._stack.callback(server.stop)
        self.launch = Launch(self.folder, self._env | self._servers())
        self.launch("admin", "--email", EMAIL, "--password", PASSWORD)
        for port in self.ports:
            self.start_app(port)
        for number in range(WORKERS):
            self._logs[f"worker {number + 1}"] = self._run(self.launch, "worker")
        for port in self.ports:
            wait_until_ready(f"http://127.0.0.1:{port}")

    def start_app(self, port: int) -> None:
        """Return at once; it answers a little later."""
        running = self._run(self.launch.with_env(PORT=str(port)), "serve")
        self._apps[port] = running
        self._logs[f"app {port} from {running.process.pid}"] = running

    def kill_app(self, port: int) -> None:
        """As `kill -9` does."""
        self._apps[port].process.kill()

    def wait_for_app(self, port: int) -> None:
        """Return when it answers."""
        wait_until_ready(f"http://127.0.0.1:{port}")

    def logs(self) -> Mapping[str, str]:
        """What each process has printed; complete after `stop`."""
        return {name: running.output for name, running in self._logs.items()}

    def stop(self) -> None:
        """Everything, the newest first."""
        self._stack.close()
        for name, text in self.logs().items():
            (self.folder / f"{name}.log").write_text(text)

    def _run(self, launch: Launch, *words: str) -> RunningCommand:
        return self._stack.enter_context(launch.running(*words))

    def _servers(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "DATA_DIR": str(self.folder / "unused"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PUBLIC_URL": f"http://127.0.0.1:{self.ports[0]}",
            **RAISED,
        }


@asynccontextmanager
async def running(folder: Path, cluster: Path, env: Mapping[str, str]) -> AsyncIterator[Site]:
    """A site on a copy of a migrated cluster; it ends with the block."""
    shutil.rmtree(folder / "data", ignore_errors=True)
    copy_template(cluster, folder / "data")
    site = Site(folder, env)
    try:
        await asyncio.to_thread(site.start)
        yield site
    finally:
        await asyncio.to_thread(site.stop)
