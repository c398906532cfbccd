"""A real worker as a separate process, configured by its environment: run it with `python -m`.

In addition to the real jobs it handles `test.note`, which records its process id in Redis, and
`test.hang`, which hangs on the first attempt and finishes at once on the second. Lookups of names
that end with STALLED_NAMES never finish.
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
    """Record which process ran the job."""
    await parts.redis.rpush(str(payload["list"]), os.getpid())


async def hang(parts: Parts, payload: Payload) -> None:
    """Hang on the first attempt, finish at once later."""
    name = str(payload["list"])
    if await parts.redis.rpush(f"{name}:taken", os.getpid()) == 1:
        await asyncio.sleep(60)
    await parts.redis.rpush(name, os.getpid())


def stall_names(suffix: str) -> None:
    """Simulate a name server that never responds for some names."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **hints: Any) -> Any:  # noqa: ANN401 - as it is
        if str(host).endswith(suffix):
            threading.Event().wait()
        return look_up(host, *rest, **hints)

    socket.getaddrinfo = getaddrinfo


async def work(settings: Settings) -> None:
    """Run the worker as `launch worker` does."""
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
    """Run until a signal arrives."""
    if suffix := os.environ.get("STALLED_NAMES"):
        stall_names(suffix)
    logging.basicConfig(level="INFO", format="%(process)d %(name)s %(message)s")
    settings = Settings(_env_file=None)
    with asyncio.Runner(loop_factory=NameLoop) as runner:
        runner.run(work(settings))


if __name__ == "__main__":
    main()
