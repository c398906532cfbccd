"""Measure how long the event loop was blocked, in CPU time of its thread."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import thread_time


@dataclass(slots=True)
class LoopLag:
    """The measured lag; `seconds` is the longest step of any task, in CPU time of this thread."""

    seconds: float = 0.0


@asynccontextmanager
async def measure_loop_lag() -> AsyncIterator[LoopLag]:
    """Measure within the block.

    Garbage collections do not count: the heap of the tests is many times that of a server.
    """
    lag, collects = LoopLag(), gc.isenabled()
    gc.disable()
    probe = asyncio.create_task(_probe(lag))
    await asyncio.sleep(0)
    try:
        yield lag
    finally:
        await asyncio.sleep(0)  # the last step counts, which may be all that the block does
        probe.cancel()
        if collects:
            gc.enable()


async def _probe(lag: LoopLag) -> None:
    before = thread_time()
    while True:
        await asyncio.sleep(0)
        now = thread_time()
        lag.seconds, before = max(lag.seconds, now - before), now
