"""A real worker as a process of its own: `python -m tests.worker_process`, configured by env.

Beside the real jobs it knows `test.note`, which leaves its process id in Redis, and `test.hang`,
which hangs for the first who takes it and is done at once by the second.
"""

import asyncio
import logging
import os

from jobs.queue import Payload
from jobs.runner import QueueTiming
from jobs.worker import HANDLERS, Parts, run_worker
from settings import Settings

TIMING = QueueTiming(heartbeat=2, poll=0.5, grace=0.5, retry=0.1, backoff=0.1, backoff_cap=0.5)


async def note(parts: Parts, payload: Payload) -> None:
    """Say who did it."""
    await parts.redis.rpush(str(payload["list"]), os.getpid())


async def hang(parts: Parts, payload: Payload) -> None:
    """Hang for the first, be quick for everybody else."""
    name = str(payload["list"])
    if await parts.redis.rpush(f"{name}:taken", os.getpid()) == 1:
        await asyncio.sleep(60)
    await parts.redis.rpush(name, os.getpid())


def main() -> None:
    """Run until a signal comes."""
    logging.basicConfig(level="INFO", format="%(process)d %(name)s %(message)s")
    settings = Settings(_env_file=None)
    handlers = {**HANDLERS, "test.note": note, "test.hang": hang}
    asyncio.run(run_worker(settings, handlers=handlers, timing=TIMING, every={"retention": 2}))


if __name__ == "__main__":
    main()
