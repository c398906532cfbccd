"""How late the driver itself is: what it measures is no better than that."""

import asyncio
from contextlib import suppress
from time import monotonic, time
from typing import Self

LIMIT = 0.5  # seconds; a promise in seconds is judged only below it
_LOOK = 0.05


class Lag:
    """Wakes twenty times a second for as long as the block lasts, and notes by how much late."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            due = monotonic() + _LOOK
            await asyncio.sleep(_LOOK)
            self.samples.append((time(), max(monotonic() - due, 0.0)))

    def worst(self, begin: float, end: float) -> float:
        """The worst between two moments, seconds of the wall clock."""
        return worst(self.samples, begin, end)


def worst(samples: list[tuple[float, float]], begin: float, end: float) -> float:
    """A pause that had begun before counts where it reaches into the time; 0 without samples."""
    return max((lag for at, lag in samples if begin <= at and at - lag <= end), default=0.0)
