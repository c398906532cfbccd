"""How many sockets each caller holds open in this process (SPEC A49)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class NoSeat(Exception):
    """This caller has enough of them."""


class Seats:
    """Counts by caller."""

    def __init__(self, most: int) -> None:
        """`most`: for one caller."""
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Take one for as long as the block lasts; raises NoSeat."""
        if self._taken[key] >= self._most:
            raise NoSeat
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
