"""Counts in memory which streams of this process have which version of the flags (X5).

A toggle reaches thousands of streams, so an acknowledgement is a few additions and nothing else.
"""

import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from domain.propagation.propagation import RESOLUTION_MS

KEPT_STEPS = 20


def monotonic_ms() -> int:
    """Return the time of a clock that is never set back, in milliseconds."""
    return time.monotonic_ns() // 1_000_000


def process_name() -> str:
    """Return a readable name of this process; the suffix distinguishes restarts."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:4]}"


@dataclass(slots=True)
class Step:
    """One version that this process served. Times are those of the local clock."""

    version: int
    served: int
    clients: int
    initial: bool
    delays: Counter[int] = field(default_factory=Counter)
    confirmed: int = 0
    lost: int = 0
    dirty: bool = True


@dataclass(eq=False, slots=True)
class AckedStream:
    """One live stream of flags; `has` is the latest version that was given to its transport.

    `lost` says that its connection broke, so that the state of its client is unknown.
    """

    device_id: str | None
    has: int
    confirmed: int = 0
    lost: bool = False


class DeliveryAcks:
    """The acknowledgements of one process."""

    def __init__(self, now_ms: Callable[[], int] = monotonic_ms, name: str | None = None) -> None:
        """`now_ms` is a local clock; the reporter converts its times to the shared clock."""
        self.name = name or process_name()
        self._now = now_ms
        self._receivers: set[AckedStream] = set()
        self._steps: dict[int, Step] = {}
        self._version = 0
        self._on_step: list[Callable[[int], object]] = []

    @property
    def live(self) -> int:
        """The number of live streams."""
        return len(self._receivers)

    @property
    def steps(self) -> list[Step]:
        """The latest versions that this process served, oldest first."""
        return list(self._steps.values())

    def on_step(self, listener: Callable[[int], object]) -> None:
        """Register a callback for each version that this process serves."""
        self._on_step.append(listener)

    def serves(self, version: int) -> None:
        """Note that the process serves a version from now on, which every live stream must get."""
        if version == self._version:
            return
        if version < self._version:
            self._start_over()  # only a restored backup goes back
        initial, self._version = self._version == 0, version
        self._steps[version] = Step(version, self._now(), len(self._receivers), initial)
        while len(self._steps) > KEPT_STEPS:
            del self._steps[next(iter(self._steps))]
        for listener in self._on_step:
            listener(version)

    def join(self, device_id: str | None, version: int) -> AckedStream:
        """Add a stream that starts with a version; it must get the later ones."""
        receiver = AckedStream(device_id, version)
        self._receivers.add(receiver)
        return receiver

    def handed(self, receiver: AckedStream, version: int) -> None:
        """Note that a stream has a version: its transport took it, or nothing in it was new."""
        now, before = self._now(), receiver.has
        receiver.has = version
        for step in reversed(self._steps.values()):  # the newest first: most streams have the rest
            if step.version <= before:
                break
            if step.version <= version:
                step.delays[max(now - step.served, 0) // RESOLUTION_MS] += 1
                step.dirty = True

    def leave(self, receiver: AckedStream) -> None:
        """Remove a stream, which need not get later versions; a lost one stays in the count."""
        if receiver not in self._receivers:
            return
        self._receivers.discard(receiver)
        for step in self._steps.values():
            if step.version > receiver.has:
                step.clients -= 1
                step.lost += receiver.lost
                step.dirty = True

    def confirm(self, receiver: AckedStream, version: int) -> bool:
        """Count the confirmation of a client, once, and only for a version that it was sent."""
        step = self._steps.get(version)
        if step is None or version > receiver.has:
            return False
        if version > receiver.confirmed:
            receiver.confirmed = version
            step.confirmed += 1
            step.dirty = True
        return True

    def _start_over(self) -> None:
        self._steps.clear()
        for receiver in self._receivers:
            receiver.has = receiver.confirmed = 0
