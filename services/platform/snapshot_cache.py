"""Caches the snapshots of live pages: each view is computed once for all readers (S26)."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V", bound=Hashable)
S = TypeVar("S")

_FRESH = 1.0  # seconds for which a new caller gets the latest snapshot
_MAX = 64


@dataclass(frozen=True, slots=True)
class Computed(Generic[S]):
    """A snapshot, computed or being computed, and the event after which that began."""

    task: asyncio.Task[S]
    news: Hashable | None
    at: float


class SnapshotCache(Generic[V, S]):
    """The snapshots of one kind of page in one process, computed on demand."""

    def __init__(self, compute: Callable[[V], Awaitable[S]]) -> None:
        """`compute` returns the current snapshot of a view."""
        self.computed = 0  # how often, so far
        self._how = compute
        self._views: OrderedDict[V, Computed[S]] = OrderedDict()

    async def latest(self, view: V, news: Hashable | None = None) -> S:
        """Return the snapshot after that event; without one, the snapshot of the last second.

        Raises the errors of the computation: NotFound, DependencyDown without a database.
        """
        now = asyncio.get_running_loop().time()
        computed = self._views.get(view)
        if computed is None or not _serves(computed, news, now):
            task = asyncio.create_task(self._compute(view), name="board")
            task.add_done_callback(_look_at)
            computed = self._views[view] = Computed(task, news, now)
            self._views.move_to_end(view)
            if len(self._views) > _MAX:
                self._views.popitem(last=False)
        # A cancelled caller must not cancel it for the others.
        return await asyncio.shield(computed.task)

    async def _compute(self, view: V) -> S:
        self.computed += 1
        return await self._how(view)


def _serves(computed: Computed[S], news: Hashable | None, now: float) -> bool:
    if computed.task.done() and (
        computed.task.cancelled() or computed.task.exception() is not None
    ):
        return False
    if news is not None:
        return computed.news == news
    return now - computed.at < _FRESH


def _look_at(task: asyncio.Task[S]) -> None:
    # All callers may be cancelled: asyncio would log an error that is never retrieved.
    if not task.cancelled():
        task.exception()
