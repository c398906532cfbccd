"""How many sockets and streams each caller holds open in this process (A49)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class TooManyConnections(Exception):
    """This caller has enough of them."""


class ConnectionLimiter:
    """Counts by caller."""

    def __init__(self, most: int) -> None:
        """`most`: for one caller."""
        self._most = most
        self._taken: Counter[str] = Counter()

    def has(self, key: str) -> bool:
        """Whether a caller may take another."""
        return self._taken.get(key, 0) < self._most

    def acquire(self, key: str) -> None:
        """Take one; raises NoSeat."""
        if not self.has(key):
            raise TooManyConnections
        self._taken[key] += 1

    def release(self, key: str) -> None:
        """Give back what was taken."""
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]

    @contextmanager
    def slot(self, key: str) -> Iterator[None]:
        """Take one for as long as the block lasts; raises NoSeat."""
        self.acquire(key)
        try:
            yield
        finally:
            self.release(key)
