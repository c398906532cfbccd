"""Waiting for a condition that no event announces."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable

from tests.support.clock import PATIENCE

_POLL_SECONDS = 0.05


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Check a condition, which may be asynchronous, until it holds; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition):  # noqa: ASYNC110 - no event announces it
            await asyncio.sleep(_POLL_SECONDS)


async def _holds(condition: Callable[[], object]) -> bool:
    result = condition()
    return bool(await result if isawaitable(result) else result)
