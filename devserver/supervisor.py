"""Supervises child processes: restarts, gives up on crash loops, stops in time."""

import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from devserver.embedded.process import spawn

MAX_RESTARTS = 5
WINDOW = 60.0  # seconds in which more restarts than that end everything
_POLL = 0.05


class CannotRun(Exception):
    """Why nothing was started or everything was stopped, in one line."""


@dataclass(frozen=True, slots=True)
class Child:
    """A supervised process; it reads its settings from the environment."""

    name: str
    argv: Sequence[str]


@dataclass(slots=True)
class Attempts:
    """Recent deaths of a process, which decide the delay before its next start."""

    name: str
    deaths: deque[float] = field(default_factory=deque)

    def next_delay(self, now: float) -> float:
        """Record a death; returns seconds. Raises CannotRun after too many within the window."""
        self.deaths.append(now)
        while self.deaths[0] < now - WINDOW:
            self.deaths.popleft()
        count = len(self.deaths)
        if count > MAX_RESTARTS:
            raise CannotRun(f"{self.name} died {count} times within {WINDOW:.0f} s: giving up.")
        return 0.25 * 2.0 ** (count - 1)


@dataclass(slots=True)
class _Member:
    child: Child
    attempts: Attempts
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0


class Children:
    """The child processes of a run."""

    def __init__(
        self, children: Sequence[Child], env: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        """`say` receives a message for every death."""
        self._members = [_Member(child, Attempts(child.name)) for child in children]
        self._env = env
        self._say = say

    def add(self, children: Sequence[Child]) -> None:
        """Add processes; the next check starts them."""
        self._members += [_Member(child, Attempts(child.name)) for child in children]

    def check(self) -> None:
        """Start what is due and notice deaths; raises CannotRun for a crash loop."""
        now = time.monotonic()
        for member in self._members:
            if member.process is None:
                if now >= member.start_at:
                    member.process = self._start(member.child)
            elif (code := member.process.poll()) is not None:
                member.process = None
                delay = member.attempts.next_delay(now)
                member.start_at = now + delay
                self._say(f"{member.child.name} {ending(code)}: again in {delay:g} s.")

    def end(self, grace: float, in_a_hurry: Callable[[], bool]) -> None:
        """SIGTERM to all, then SIGKILL to those alive after `grace` seconds."""
        processes = [member.process for member in self._members if member.process]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + grace
        while any(process.poll() is None for process in processes):
            if time.monotonic() > deadline or in_a_hurry():
                break
            time.sleep(_POLL)
        for process in processes:
            process.kill()  # does nothing to one that has ended
            process.wait()

    def _start(self, child: Child) -> subprocess.Popen[bytes]:
        return spawn(child.argv, death_signal=signal.SIGTERM, env=self._env)


def ending(code: int) -> str:
    """Describe how a process ended, from its exit code."""
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
