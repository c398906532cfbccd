"""Rehearsals are heard by every process as changes of flags are: over the event log (X4)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.events import RecordedEvent
from domain.events.rehearsals import RehearsalMoved
from domain.phases.rehearsal import RehearsalStage
from services.platform import background
from subscriptions.fanout import Latest
from subscriptions.tail import EventTail

logger = logging.getLogger(__name__)


class RehearsalFeed:
    """One for each process."""

    def __init__(self, tail: EventTail, hear: Callable[[UUID], Awaitable[None]]) -> None:
        """`hear` acknowledges the rollback of a rehearsal."""
        self._tail = tail
        self._hear = hear
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._follow(), name="rehearsals")

    async def stop(self) -> None:
        """Stop following."""
        await background.end(self._task)

    async def _follow(self) -> None:
        newest: Latest[RecordedEvent] = Latest(key=_run_of)
        async with self._tail.subscribe(newest, _is_rollback) as events:
            async for item in events:
                try:
                    await self._hear(_run_of(item))
                except Exception:
                    logger.exception("a rehearsal could not be heard")


def _is_rollback(item: RecordedEvent) -> bool:
    event = item.event
    return isinstance(event, RehearsalMoved) and event.stage == RehearsalStage.ROLLED_BACK


def _run_of(item: RecordedEvent) -> UUID:
    assert isinstance(item.event, RehearsalMoved)
    return item.event.run_id
