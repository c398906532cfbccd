"""Runs everything on one machine: embedded servers, preparation, child processes."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

from rich.console import Console

from commands.shared.errors import CommandError
from devserver.embedded import EmbeddedError, EmbeddedPostgres, EmbeddedServer, EmbeddedValkey
from devserver.supervisor import Attempts, CannotRun, Child, Children
from settings import Settings

__all__ = ["CannotRun", "Child", "Step", "run_everything"]

READY_SECONDS = 60.0
CHILD_GRACE = 8.0  # seconds between SIGTERM and SIGKILL
STOP_SECONDS = 9.5  # for everything
_POLL = 0.05
_ECHO = 1.0  # seconds within which a second signal means the same as the first
# Where to ask a server that listens on all addresses.
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


@dataclass(frozen=True, slots=True)
class Step:
    """A preparation before the processes start. The text that it returns is shown at the end."""

    title: str
    run: Callable[[Settings], str | None]


class Interrupted(BaseException):
    """A signal arrived. Not an Exception, so that no step swallows it."""


def run_everything(
    settings: Settings,
    steps: Sequence[Step],
    children: Sequence[Child],
    *,
    console: Console | None = None,
    ready_path: str | None = "/readyz",
) -> int:
    """Run until a signal; returns the exit code: 0 after a signal, 1 after a failure.

    Must be called in the main thread. `ready_path` None skips the wait for the web server.
    """
    run = _Run(settings, console or Console(highlight=False), ready_path)
    previous = {number: signal.signal(number, run.on_signal) for number in _signals()}
    try:
        run.start(steps, children)
        run.supervise()
    except Interrupted:
        pass
    except (CannotRun, EmbeddedError, CommandError) as error:
        run.fail(str(error))
    except Exception as error:
        run.console.print_exception()
        run.fail(f"{type(error).__name__}: {error}")
    finally:
        run.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)
    return run.code


class _Run:
    """One run from start to end."""

    def __init__(self, settings: Settings, console: Console, ready_path: str | None) -> None:
        self.settings = settings
        self.console = console
        self.code = 0
        self._ready_path = ready_path
        self._servers: list[tuple[EmbeddedServer, Attempts]] = []
        self._children: Children | None = None
        self._interruptible = True
        self._hurry = False
        self._begin = self._interrupted_at = time.monotonic()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at the first signal; a second one during the stop makes it faster."""
        if self._interruptible:
            self._interruptible = False
            self._interrupted_at = time.monotonic()
            raise Interrupted
        # `make` forwards a SIGTERM that its whole process group received: it arrives twice.
        self._hurry = time.monotonic() > self._interrupted_at + _ECHO

    def start(self, steps: Sequence[Step], children: Sequence[Child]) -> None:
        """Start everything in order, and print the addresses."""
        self.settings = self.settings.model_copy(update={"port": free_port(self.settings)})
        self._start_servers()
        notes = [note for step in steps if (note := self._run_step(step))]
        self._start_children(children)
        self._say_where(notes)

    def supervise(self) -> None:
        """Restart children that die, until a signal. Raises CannotRun if one keeps dying."""
        while True:
            self._check()
            time.sleep(_POLL)

    def fail(self, reason: str) -> None:
        """Print the reason, and remember it for the exit code."""
        self._interruptible = False
        self.code = 1
        self._say(reason, "bold red")

    def stop(self) -> None:
        """Stop the children, then their servers, within STOP_SECONDS."""
        self._interruptible = False
        deadline = time.monotonic() + STOP_SECONDS
        if self._servers or self._children:
            self._say("Stopping ...")
        if self._children:
            self._children.end(CHILD_GRACE, lambda: self._hurry)
        for server, _ in reversed(self._servers):
            server.stop(max(0.6, min(5.0, deadline - time.monotonic())))
        if self._servers or self._children:
            self._say("Stopped.")

    def _start_servers(self) -> None:
        where, update = self.settings.data_dir, {}
        if not self.settings.database_url:
            update["database_url"] = self._start_server(EmbeddedPostgres(where))
        if not self.settings.redis_url:
            update["redis_url"] = self._start_server(EmbeddedValkey(where))
        self.settings = self.settings.model_copy(update=update)

    def _start_server(self, server: EmbeddedServer) -> str:
        self._servers.append((server, Attempts(server.title)))
        with self._progress(f"Starting {server.title}"):
            return server.start()

    def _run_step(self, step: Step) -> str | None:
        with self._progress(step.title):
            return step.run(self.settings)

    def _start_children(self, children: Sequence[Child]) -> None:
        env = child_environment(self.settings)
        with self._progress(f"Starting {' and '.join(child.name for child in children)}"):
            # The first child serves; the others probe it at once, so it must be ready first.
            self._children = Children(children[:1], env, lambda text: self._say(text, "yellow"))
            self._check()
            deadline = time.monotonic() + READY_SECONDS
            while self._ready_path and not answers(self.settings, self._ready_path):
                self._check()
                if time.monotonic() > deadline:
                    raise CannotRun(f"Not ready after {READY_SECONDS:.0f} s: giving up.")
                time.sleep(_POLL)
            self._children.add(children[1:])
            self._check()

    def _check(self) -> None:
        for server, attempts in self._servers:
            if not server.alive:
                delay = attempts.next_delay(time.monotonic())
                self._say(f"{server.title} has died: again in {delay:g} s.", "yellow")
                time.sleep(delay)
                server.start()
        if self._children:
            self._children.check()

    def _say_where(self, notes: Sequence[str]) -> None:
        """Address and generated password come last, so that nothing scrolls them away."""
        base, took = self.settings.base_url, time.monotonic() - self._begin
        self._say(f"Ready in {took:.1f} s. Ctrl-C stops everything.", "bold green")
        self._say(f"  GraphQL    {base}/graphql")
        if self.settings.worker_port is not None:
            host, port = self.settings.worker_host, self.settings.worker_port
            self._say(f"  metrics    {base}/metrics, of the worker http://{host}:{port}/metrics")
        self._say(f"  admin      {self.settings.admin_email}")
        self._say(f"  open       {base}", "bold")
        for note in notes:
            self._say(f"  {note}", "bold")

    def _say(self, text: str, style: str | None = None) -> None:
        # The terminal may be gone, which is why we stop; the rest of the stop must go on.
        with suppress(OSError, SystemExit):
            self.console.print(text, style=style, markup=False, soft_wrap=True)

    @contextmanager
    def _progress(self, title: str) -> Iterator[None]:
        """Show a spinner on a terminal, a line elsewhere; then a line with the seconds."""
        begin = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(title):
                yield
        else:
            self._say(f"{title} ...")
            yield
        self._say(f"  done: {title} ({time.monotonic() - begin:.1f} s)")


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of child processes, with the decisions of this run."""
    decided = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "DATA_DIR": str(settings.data_dir.resolve()),
        "DRAIN_SECONDS": f"{settings.drain_seconds:g}",
        "WORKER_PORT": None if settings.worker_port is None else str(settings.worker_port),
    }
    return {**os.environ, **{name: value for name, value in decided.items() if value}}


def free_port(settings: Settings) -> int:
    """The port to serve on (0: any free one); raises CannotRun if it is taken."""
    host, port = settings.host, settings.port
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            # As the server does it: a connection that lingers from the last run is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotRun(f"Cannot listen on {host}:{port} ({reason}): set HOST or PORT.") from None


def answers(settings: Settings, path: str) -> bool:
    """True if the web server reports ready."""
    connection = http.client.HTTPConnection(
        _LOCAL.get(settings.host, settings.host), settings.port, timeout=2.0
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _signals() -> list[signal.Signals]:
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        numbers.append(signal.SIGHUP)
    return numbers
