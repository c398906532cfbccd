"""A real worker as a process of its own, configured by env: `python -m` runs it.

Beside the real jobs it knows `test.note`, which leaves its process id in Redis, and `test.hang`,
which hangs for the first who takes it and is done at once by the second. Names that end with
STALLED_NAMES are looked up for ever.
"""

import asyncio
import logging
import os
import socket
import threading
from typing import Any

from commands.platform.lazy_graph import LazyGraph
from jobs.kinds import KINDS, JobKind
from jobs.loop import NameLoop
from jobs.parts import Parts
from jobs.queue import Payload
from jobs.runner import QueueTiming
from jobs.worker import HANDLERS, run_worker
from services.platform.telemetry import collecting
from settings import Settings

TIMING = QueueTiming(heartbeat=2, poll=0.5, grace=0.5, backoff=0.1, backoff_cap=0.5)


async def note(parts: Parts, payload: Payload) -> None:
    """Say who did it."""
    await parts.redis.rpush(str(payload["list"]), os.getpid())


async def hang(parts: Parts, payload: Payload) -> None:
    """Hang for the first, be quick for everybody else."""
    name = str(payload["list"])
    if await parts.redis.rpush(f"{name}:taken", os.getpid()) == 1:
        await asyncio.sleep(60)
    await parts.redis.rpush(name, os.getpid())


def stall_names(suffix: str) -> None:
    """A name server that takes questions and never answers, for some names."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **hints: Any) -> Any:  # noqa: ANN401 - as it is
        if str(host).endswith(suffix):
            threading.Event().wait()
        return look_up(host, *rest, **hints)

    socket.getaddrinfo = getaddrinfo


async def work(settings: Settings) -> None:
    """As `launch worker` does it."""
    handlers = {**HANDLERS, "test.note": note, "test.hang": hang}
    kinds = {**KINDS, "test.note": JobKind(), "test.hang": JobKind(retry_seconds=0.1)}
    async with collecting(settings, "worker"), LazyGraph(settings) as graph:
        await run_worker(
            settings,
            handlers=handlers,
            timing=TIMING,
            kinds=kinds,
            every={"retention": 2},
            documents=graph.documents,
        )


def main() -> None:
    """Run until a signal comes."""
    if suffix := os.environ.get("STALLED_NAMES"):
        stall_names(suffix)
    logging.basicConfig(level="INFO", format="%(process)d %(name)s %(message)s")
    settings = Settings(_env_file=None)
    with asyncio.Runner(loop_factory=NameLoop) as runner:
        runner.run(work(settings))


if __name__ == "__main__":
    main()
