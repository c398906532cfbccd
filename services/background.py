"""Ending tasks that run beside the requests."""

import asyncio

_PATIENCE = 0.05


async def end(*tasks: "asyncio.Task[object] | None", patience: float = _PATIENCE) -> None:
    """Cancel tasks until they are over; again after so many seconds.

    One cancellation is not enough: drivers swallow it while they connect, and `asyncio.wait_for` of
    Python 3.11 does where what it waits for ends in the same moment.
    """
    left = {task for task in tasks if task is not None and not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=patience)
