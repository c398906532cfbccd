"""What the metrics pages of one process show: each view is computed once for all who look (S26)."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from db.session import Database
from domain.windows import TimeRange
from services import metric_reads
from services.metric_reads import Snapshot

_FRESH = 1.0  # seconds in which somebody who opens the page gets what the last one got
_MOST = 64


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at."""

    range: TimeRange
    phase_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A snapshot, done or under way, and the collection after which it was begun."""

    task: asyncio.Task[Snapshot]
    collection: str | None
    at: float


class MetricBoard:
    """One a process."""

    def __init__(self, db: Database) -> None:
        """Nothing is computed that nobody asks for."""
        self.computed = 0  # how often, so far
        self._db = db
        self._views: OrderedDict[View, Computed] = OrderedDict()

    async def latest(self, view: View, collection: str | None = None) -> Snapshot:
        """The snapshot after that collection; without one, that of the last second.

        Raises NotFound for an unknown phase, DependencyDown without a database.
        """
        now = asyncio.get_running_loop().time()
        found = self._views.get(view)
        if found is None or not _serves(found, collection, now):
            task = asyncio.create_task(self._compute(view), name="metrics-snapshot")
            task.add_done_callback(_look_at)
            found = self._views[view] = Computed(task, collection, now)
            self._views.move_to_end(view)
            if len(self._views) > _MOST:
                self._views.popitem(last=False)
        # Whoever leaves must not take it from the others.
        return await asyncio.shield(found.task)

    async def _compute(self, view: View) -> Snapshot:
        self.computed += 1
        async with self._db.read() as session:
            now = self._db.clock()
            return await metric_reads.snapshot(session, view.range, now, view.phase_id)


def _serves(found: Computed, collection: str | None, now: float) -> bool:
    if found.task.done() and (found.task.cancelled() or found.task.exception() is not None):
        return False
    if collection is not None:
        return found.collection == collection
    return now - found.at < _FRESH


def _look_at(task: asyncio.Task[Snapshot]) -> None:
    # All who waited may have left: an error that nobody takes would be logged as a bug.
    if not task.cancelled():
        task.exception()
