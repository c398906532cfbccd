"""Removes credentials from the cache when any process has ended them (A49)."""

import asyncio
import logging

from services.accounts.credential_cache import CredentialCache
from services.platform import background
from subscriptions.fanout import Bounded, Overflow
from subscriptions.tail import EventTail

logger = logging.getLogger(__name__)


class AccessFeed:
    """Follows the tail, which misses no committed event; one per process."""

    def __init__(self, tail: EventTail, access: CredentialCache) -> None:
        """`access` is the cache of credentials of this process."""
        self._tail = tail
        self._access = access
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to follow the tail."""
        self._task = asyncio.create_task(self._follow(), name="access-feed")

    async def stop(self) -> None:
        """Stop following."""
        await background.end(self._task)

    async def _follow(self) -> None:
        while True:
            try:
                async with self._tail.subscribe(Bounded(10_000)) as events:
                    async for item in events:
                        self._access.apply_event(item.event)
            except Overflow:
                logger.warning("access: too many events at once, clearing the credential cache")
                self._access.clear()
