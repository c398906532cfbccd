"""Ends background tasks, waits for calls under way, and runs blocking work in threads."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

T = TypeVar("T")

_PATIENCE = 0.05


async def end(*tasks: "asyncio.Task[object] | None", patience: float = _PATIENCE) -> None:
    """Cancel tasks until they have ended, once per interval.

    One cancellation is not enough: drivers swallow it while they connect, and `asyncio.wait_for` of
    Python 3.11 swallows it if its awaitable ends at the same moment.
    """
    left = {task for task in tasks if task is not None and not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=patience)


class InFlight:
    """Counts the blocks that run, for who has to wait for the last one."""

    def __init__(self) -> None:
        """Nothing runs."""
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __aenter__(self) -> None:
        self._count += 1
        self._idle.clear()

    async def __aexit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def ended(self) -> None:
        """Wait until no block runs."""
        await self._idle.wait()


async def in_thread(work: Callable[[], T], *, name: str) -> T:
    """Run blocking work in a daemon thread of its own; raises what it raises.

    One that hangs holds up neither others nor the end of the process, and goes on after its
    caller was cancelled.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast("T", result))

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended, so no caller waits
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done
