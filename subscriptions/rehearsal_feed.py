"""Acknowledges rollbacks of rehearsals in every process, over the event log as flags are (X4)."""

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
    """Follows rollbacks of rehearsals; one per process."""

    def __init__(self, tail: EventTail, acknowledge: Callable[[UUID], Awaitable[None]]) -> None:
        """`acknowledge` records that this process has seen the rollback of a run."""
        self._tail = tail
        self._acknowledge = acknowledge
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to follow the tail."""
        self._task = asyncio.create_task(self._follow(), name="rehearsals")

    async def stop(self) -> None:
        """Stop following."""
        await background.end(self._task)

    async def _follow(self) -> None:
        newest: Latest[RecordedEvent] = Latest(key=_run_id)
        async with self._tail.subscribe(newest, _is_rollback) as events:
            async for item in events:
                try:
                    await self._acknowledge(_run_id(item))
                except Exception:
                    logger.exception("Cannot acknowledge the rollback of a rehearsal")


def _is_rollback(item: RecordedEvent) -> bool:
    event = item.event
    return isinstance(event, RehearsalMoved) and event.stage == RehearsalStage.ROLLED_BACK


def _run_id(item: RecordedEvent) -> UUID:
    assert isinstance(item.event, RehearsalMoved)
    return item.event.run_id
