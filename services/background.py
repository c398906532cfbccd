"""Ending tasks that run beside the requests."""

import asyncio

_PATIENCE = 0.05


async def end(task: "asyncio.Task[None] | None") -> None:
    """Cancel a task until it is over: drivers swallow one while they connect."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PATIENCE)
