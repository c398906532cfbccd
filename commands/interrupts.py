"""Ctrl-C in commands that stay: it always ends them."""

import asyncio
import signal
from collections.abc import Coroutine

_PATIENCE_SECONDS = 2.0


async def until_interrupted(
    work: Coroutine[object, object, None], patience: float = _PATIENCE_SECONDS
) -> None:
    """Run it to its end or to Ctrl-C; raises what it raises.

    A cancellation that comes at an unlucky moment may be lost in a library on the way
    (`asyncio.wait_for` of Python 3.11 can lose one), so it is sent again until it has worked.
    """
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    task, called = asyncio.ensure_future(work), asyncio.ensure_future(interrupted.wait())
    loop.add_signal_handler(signal.SIGINT, interrupted.set)
    try:
        await asyncio.wait({task, called}, return_when=asyncio.FIRST_COMPLETED)
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=patience)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        called.cancel()
    if not task.cancelled():
        task.result()
