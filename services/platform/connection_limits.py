"""Limits the open sockets and streams of each caller in this process (A49)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class TooManyConnections(Exception):
    """The caller has as many open sockets or streams as this process allows."""


class ConnectionLimiter:
    """Counts the connections of each caller."""

    def __init__(self, most: int) -> None:
        """`most` is the limit for one caller."""
        self._most = most
        self._taken: Counter[str] = Counter()

    def has(self, key: str) -> bool:
        """Whether a caller may open another connection."""
        return self._taken.get(key, 0) < self._most

    def acquire(self, key: str) -> None:
        """Count a connection; raises TooManyConnections."""
        if not self.has(key):
            raise TooManyConnections
        self._taken[key] += 1

    def release(self, key: str) -> None:
        """Count one connection less; a caller without connections is forgotten."""
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]

    @contextmanager
    def slot(self, key: str) -> Iterator[None]:
        """Count a connection for the duration of the block; raises TooManyConnections."""
        self.acquire(key)
        try:
            yield
        finally:
            self.release(key)
