"""Limits the bytes that callers make the process hold: partial messages, inputs of streams (SEC9).

Incomplete messages and streams with long variables occupy memory. Their bytes are counted per
caller and per process; beyond a limit the newest is refused.
"""

from collections import Counter
from typing import Self

MAX_PROCESS = 32_000_000
MAX_CALLER = 8_000_000
MAX_VISITOR = 2_000_000
WAIT_SECONDS = 10.0  # for the rest of a message, or of a body


class NoRoom(Exception):
    """The limit of waiting bytes is reached."""


class InboundBytes:
    """Counts the bytes of each caller."""

    def __init__(self, max_process: int = MAX_PROCESS) -> None:
        """`max_process` is the limit of all callers together."""
        self.size = 0
        self._max_process = max_process
        self._by_caller: Counter[str] = Counter()

    def take(self, caller: str, size: int, most: int = MAX_CALLER) -> None:
        """Reserve bytes for a caller whose limit is `most`; raises NoRoom."""
        if self.size + size > self._max_process or self._by_caller[caller] + size > most:
            raise NoRoom
        self.size += size
        self._by_caller[caller] += size

    def give_back(self, caller: str, size: int) -> None:
        """Release bytes that were read or dropped."""
        self.size -= size
        self._by_caller[caller] -= size
        if self._by_caller[caller] <= 0:
            del self._by_caller[caller]

    def share(self, caller: str, most: int = MAX_CALLER) -> "Share":
        """Return the share of one request, to be used in a `with` block."""
        return Share(self, caller, most)


class Share:
    """The bytes of one request or socket."""

    __slots__ = ("_all", "caller", "most", "size")

    def __init__(self, everything: InboundBytes, caller: str, most: int) -> None:
        """Start with no bytes."""
        self._all = everything
        self.caller, self.most, self.size = caller, most, 0

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release all bytes."""
        if self.size:
            self._all.give_back(self.caller, self.size)
            self.size = 0

    def grow(self, size: int) -> None:
        """Reserve more bytes; raises NoRoom."""
        self._all.take(self.caller, size, self.most)
        self.size += size


# Of this process: a server's protocols know nothing of the app.
INBOUND = InboundBytes()
STREAM_INPUTS = InboundBytes()  # documents and variables of the streams that are open on sockets
