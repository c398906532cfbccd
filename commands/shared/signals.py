"""Ctrl-C in long-running commands always ends them."""

import asyncio
import signal
from collections.abc import Coroutine

from services.platform import background

_PATIENCE_SECONDS = 2.0


async def until_interrupted(
    work: Coroutine[object, object, None], patience: float = _PATIENCE_SECONDS
) -> None:
    """Run to the end or to Ctrl-C; raises what it raises.

    A cancellation may be lost on the way, so it is repeated until it works.
    """
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    task, called = asyncio.ensure_future(work), asyncio.ensure_future(interrupted.wait())
    loop.add_signal_handler(signal.SIGINT, interrupted.set)
    try:
        await asyncio.wait({task, called}, return_when=asyncio.FIRST_COMPLETED)
        await background.end(task, patience=patience)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        called.cancel()
    if not task.cancelled():
        task.result()
