"""Waiting for a store that may be down, but never for long (decision 7)."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Given up, but not over yet: asyncio itself keeps only weak references.
_leftovers: set[asyncio.Task[object]] = set()


async def run_with_timeout(
    seconds: float, work: Coroutine[object, object, T], what: str
) -> T | None:
    """The result, or None where it failed or took too long; `what` names it in the log.

    Cleaning up after a server that hangs can hang too, so the end of what was given up is not
    awaited. It may therefore still have happened: `work` must be safe to repeat.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            _leftovers.add(task)
            task.add_done_callback(_let_go)
            task.cancel()
    if not task.done():
        logger.warning("alerts: %s: no answer within %g s", what, seconds)
        return None
    error = None if task.cancelled() else task.exception()
    if error is None:
        return None if task.cancelled() else task.result()
    logger.warning("alerts: %s: %r", what, error)
    return None


def _let_go(task: "asyncio.Task[T]") -> None:
    _leftovers.discard(task)
    if not task.cancelled():
        task.exception()  # seen, so that asyncio does not complain about it
