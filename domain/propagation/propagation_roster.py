"""Which processes were live when a version was committed, and which of them are lost (S97).

A process that stops sending heartbeats without signing off may hang with open sockets; its clients
still show the previous values. So it stays in the count, and what it has is unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.propagation.propagation import Presence

LIFETIME_MS = 8_000  # four missed heartbeats
MISSING_MS = 600_000  # after so long its clients have noticed and gone elsewhere


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """What the board knows of a process: its last heartbeat, its streams then, when it stopped.

    `place` is the host and the namespace in which its process id means something.
    """

    name: str
    beat_ms: int
    streams: int = 0
    left_ms: int | None = None
    place: str | None = None

    def answers(self, now_ms: int) -> bool:
        """Whether its last heartbeat is at most LIFETIME_MS old."""
        return self.left_ms is None and self.beat_ms >= now_ms - LIFETIME_MS

    def is_missing(self, now_ms: int) -> bool:
        """Whether heartbeats stopped without a sign-off less than MISSING_MS ago."""
        silent = self.left_ms is None and not self.answers(now_ms)
        return silent and self.beat_ms >= now_ms - MISSING_MS


def roster(
    processes: Iterable[ServerProcess], start_ms: int | None, now_ms: int
) -> dict[str, Presence]:
    """Those that were live at `start_ms` or have come since; None: nobody knows when it was."""
    start = now_ms if start_ms is None else start_ms
    return {
        process.name: Presence(process.streams, process.answers(now_ms))
        for process in processes
        if _is_counted(process, start, now_ms)
    }


def _is_counted(process: ServerProcess, start_ms: int, now_ms: int) -> bool:
    if process.answers(now_ms):
        return True
    if process.left_ms is not None:
        return process.left_ms > start_ms
    return process.beat_ms >= start_ms - MISSING_MS
