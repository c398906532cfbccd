"""The runner as a process of its own: steps, children, restarts, the end, the messages."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from devserver.supervisor import MAX_RESTARTS, WINDOW, Attempts, CannotRun
from tests.support.clock import PATIENCE
from tests.support.promises import is_within

# Both URLs set: no embedded server, except where a test wants them.
OUTSIDE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1"}

MAIN = """
import sys
from devserver.runner import Child, Step, run_everything
from settings import Settings

settings = Settings(_env_file=None)
steps = [Step("Greeting", lambda s: f"hello {s.port}")]
children = [Child(f"child{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[2:])]
sys.exit(run_everything(settings, steps, children, ready_path=sys.argv[1] or None))
"""

# One write a line: two children print into one pipe.
GREETING = "import os, sys, time; sys.stdout.write(f'child {os.getpid()}\\n'); sys.stdout.flush()"
SLEEPER = f"{GREETING}; time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
SHORT = f"{GREETING}; time.sleep(0.1)"
SERVER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        pass
print("child", os.getpid(), os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""


class Running:
    """A runner and what it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.output = ""

    def wait_for(self, pattern: str, count: int = 1, seconds: float = PATIENCE) -> list[str]:
        """Read on until the pattern has come `count` times; returns its groups."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        while len(matches := re.findall(pattern, self.output)) < count:
            line = self.process.stdout.readline()
            assert line, f"ended without {pattern!r}:\n{self.output}"
            assert time.monotonic() < deadline, self.output
            self.output += line
        return [str(match) for match in matches]

    def end(self, number: signal.Signals = signal.SIGINT) -> float:
        """Send the signal and wait; returns the seconds it took."""
        begin = time.monotonic()
        self.process.send_signal(number)
        self.output += self.process.communicate(timeout=PATIENCE)[0]
        return time.monotonic() - begin


@contextmanager
def running(*children: str, ready: str = "", **env: str) -> Iterator[Running]:
    command = [sys.executable, "-c", MAIN, ready, *children]
    environment = {**os.environ, "PORT": "0", **OUTSIDE, **env}
    with subprocess.Popen(
        command,
        env={name: value for name, value in environment.items() if value},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="runner-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def gone(pid: int, seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_the_runner_runs_steps_and_children_until_they_end() -> None:
    with running(SLEEPER, SLEEPER) as run:
        pids = run.wait_for(r"child (\d+)", 2)
        run.wait_for("Ctrl-C")
        assert is_within(3, run.end())
    assert run.process.returncode == 0
    assert re.search(r"done: Greeting .*  hello \d+\n", run.output, re.DOTALL)
    assert all(gone(int(pid)) for pid in pids)


def test_a_child_that_dies_is_restarted() -> None:
    with running(SLEEPER) as run:
        first = run.wait_for(r"child (\d+)")[0]
        run.wait_for("Ctrl-C")
        os.kill(int(first), signal.SIGKILL)
        run.wait_for("child0 was killed by SIGKILL: again in 0.25 s")
        assert run.wait_for(r"child (\d+)", 2)[1] != first
        run.end(signal.SIGTERM)
    assert run.process.returncode == 0


def test_a_child_that_keeps_dying_stops_the_runner() -> None:
    with running(SLEEPER, SHORT) as run:
        run.wait_for("child1 died 6 times within 60 s: giving up")
        run.output += run.process.communicate(timeout=PATIENCE)[0]
    assert run.process.returncode == 1
    assert run.output.count("again in") == 5


def test_a_child_that_ignores_signals_is_killed() -> None:
    with running(DEAF) as run:
        pid = run.wait_for(r"child (\d+)")[0]
        run.wait_for("Ctrl-C")
        took = run.end(signal.SIGTERM)
        assert took > 7.0
        assert is_within(10, took)
    assert run.process.returncode == 0
    assert gone(int(pid))


def test_a_second_signal_stops_the_runner_at_once() -> None:
    with running(DEAF) as run:
        run.wait_for(r"child \d+")
        run.wait_for("Ctrl-C")
        run.process.send_signal(signal.SIGINT)
        run.process.send_signal(signal.SIGINT)  # an echo of the first
        run.wait_for("Stopping")
        time.sleep(1.5)
        assert run.process.poll() is None
        assert is_within(3, run.end())


def test_children_die_with_a_killed_runner() -> None:
    with running(SLEEPER) as run:
        pid = run.wait_for(r"child (\d+)")[0]
        run.end(signal.SIGKILL)
    assert gone(int(pid))


def test_a_taken_port_is_one_line_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(SLEEPER, PORT=str(port)) as run:
            output = run.process.communicate(timeout=PATIENCE)[0]
    assert run.process.returncode == 1
    assert output == (
        f"Cannot listen on 127.0.0.1:{port} (Address already in use): set HOST or PORT.\n"
    )


def test_embedded_servers_start_serve_come_back_and_stop(folder: Path) -> None:
    env = {"DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder)}
    with running(SERVER, ready="/readyz", **env) as run:
        run.wait_for("Ready in")
        database, redis = run.wait_for(r"child \d+ (\S+ \S+)")[0].split()
        assert database.startswith("postgresql+asyncpg://launch@/launch?host=")
        assert redis.startswith("unix:///")
        family = psutil.Process(run.process.pid).children(recursive=True)
        next(process for process in family if process.name() == "valkey-server").kill()
        run.wait_for("Valkey has died: again in 0.25 s")
        assert is_within(10, run.end())
    assert run.process.returncode == 0
    assert all(gone(process.pid) for process in family)


def test_restart_delays_double_and_reset() -> None:
    attempts = Attempts("x")
    assert [attempts.next_delay(float(n)) for n in range(MAX_RESTARTS)] == [0.25, 0.5, 1, 2, 4]
    assert attempts.next_delay(WINDOW + MAX_RESTARTS) == 0.25
    with pytest.raises(CannotRun, match="x died 6 times"):
        [attempts.next_delay(WINDOW + MAX_RESTARTS) for _ in range(MAX_RESTARTS)]
