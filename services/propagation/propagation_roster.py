"""Keeps the list of server processes complete.

Entries lost from Redis are restored: a hanging process cannot add itself, so each process remembers
the others. Killed processes are reported by another process on the same host, which sees that the
process id is gone.
"""

import os
from pathlib import Path

from redis.asyncio import Redis

from domain.propagation.propagation_roster import ServerProcess
from services.propagation import propagation_state as board

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = "/proc/self/ns/pid"


def place() -> str:
    """Return the machine and its namespace of process ids; empty where that is unknown."""
    try:
        return f"{_BOOT.read_text().strip()}/{os.readlink(_NAMESPACE)}"
    except OSError:
        return ""


class RosterMemory:
    """The processes that one process remembers."""

    def __init__(self, redis: Redis, name: str) -> None:
        """`name` is the name of this process."""
        self.place = place()
        self._redis = redis
        self._name = name
        self._seen: dict[str, ServerProcess] = {}

    async def look(self, now_ms: int) -> None:
        """Compare with the list in Redis and repair it; raises RedisError or OSError."""
        listed = {item.name: item for item in await board.read_processes(self._redis)}
        forgotten = [item for name, item in self._seen.items() if name not in listed]
        self._seen = {
            name: item
            for name, item in (self._seen | listed).items()
            if item.answers(now_ms) or item.is_missing(now_ms)
        }
        missing = [item for item in forgotten if item.name in self._seen]
        if missing:
            await board.restore(self._redis, missing)
        for item in self._seen.values():
            if item.is_missing(now_ms) and self._is_dead(item):
                await board.say_goodbye(self._redis, item.name, now_ms, item.streams)

    def _is_dead(self, process: ServerProcess) -> bool:
        """Whether a process of this machine is gone, so that its sockets are closed."""
        if not self.place or process.place != self.place:
            return False
        pid = process.name.split(":")[1:2]
        return bool(pid) and pid[0].isdecimal() and not Path(f"/proc/{pid[0]}").exists()
