"""Waits for work whose cancellation may hang too."""

import asyncio
from typing import TypeVar

T = TypeVar("T")

# Given up, but not over yet: asyncio itself keeps only weak references.
_leftovers: set[asyncio.Task[object]] = set()


async def finishes_within(seconds: float, task: "asyncio.Task[T]") -> bool:
    """Whether a task ends in time. One that does not is cancelled, and its end is not awaited.

    It is cancelled too if its caller is cancelled.
    """
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            _leftovers.add(task)
            task.add_done_callback(_let_go)
            task.cancel()
    return task.done()


def _let_go(task: "asyncio.Task[T]") -> None:
    _leftovers.discard(task)
    if not task.cancelled():
        task.exception()  # retrieved, so that asyncio does not log it
