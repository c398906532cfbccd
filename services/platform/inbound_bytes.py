"""Bytes that callers make the process keep: half messages, and the inputs of streams (SEC9, D13).

Who sends half of something, or opens a stream with a long text, keeps memory for nothing. So it is
counted, for each caller and for the process; where there is no room the newest goes.
"""

from collections import Counter
from typing import Self

MAX_PROCESS = 32_000_000
MAX_CALLER = 8_000_000
MAX_VISITOR = 2_000_000
WAIT_SECONDS = 10.0  # for the rest of a message, or of a body


class NoRoom(Exception):
    """As much waits already as may."""


class InboundBytes:
    """Counts by caller."""

    def __init__(self, max_process: int = MAX_PROCESS) -> None:
        """`max_process`: of all callers together."""
        self.size = 0
        self._max_process = max_process
        self._by_caller: Counter[str] = Counter()

    def take(self, caller: str, size: int, most: int = MAX_CALLER) -> None:
        """Room for so many more bytes of a caller who may have `most`; raises NoRoom."""
        if self.size + size > self._max_process or self._by_caller[caller] + size > most:
            raise NoRoom
        self.size += size
        self._by_caller[caller] += size

    def give_back(self, caller: str, size: int) -> None:
        """They were read, or nobody waits for the rest."""
        self.size -= size
        self._by_caller[caller] -= size
        if self._by_caller[caller] <= 0:
            del self._by_caller[caller]

    def share(self, caller: str, most: int = MAX_CALLER) -> "Share":
        """What one request takes, for as long as a `with` block lasts."""
        return Share(self, caller, most)


class Share:
    """Part of it, of one request or socket."""

    __slots__ = ("_all", "caller", "most", "size")

    def __init__(self, everything: InboundBytes, caller: str, most: int) -> None:
        """Nothing is taken yet."""
        self._all = everything
        self.caller, self.most, self.size = caller, most, 0

    def __enter__(self) -> Self:
        """The block begins."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is taken any more."""
        if self.size:
            self._all.give_back(self.caller, self.size)
            self.size = 0

    def grow(self, size: int) -> None:
        """So many bytes more; raises NoRoom."""
        self._all.take(self.caller, size, self.most)
        self.size += size


# Of this process: a server's protocols know nothing of the app.
INBOUND = InboundBytes()
STREAM_INPUTS = InboundBytes()  # documents and variables of the streams that are open on sockets
