"""The HTTP port of a worker: uvicorn in the event loop of the jobs."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from commands.shared.errors import CommandError
from endpoints.worker_app import WorkerView, worker_app
from server.http.protocol import HeaderLimitProtocol
from settings import Settings

if TYPE_CHECKING:
    from jobs.parts import Parts
    from jobs.runner import JobRunner
    from jobs.ticker import Ticker

_GRACE_SECONDS = 1


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The worker handles signals and ends this server last."""
        yield


@asynccontextmanager
async def answering(
    listener: socket.socket, parts: "Parts", runner: "JobRunner", ticker: "Ticker"
) -> AsyncIterator[None]:
    """Serve at the listener while the block runs."""
    assert parts.meter is not None
    bus = parts.bus
    view = WorkerView(
        db=parts.db,
        meter=parts.meter,
        has_queue=lambda: runner.connected,
        has_bus=lambda: bus is not None and bus.connected,
        jobs=lambda: runner.tally.runs,
        active_jobs=lambda: runner.tally.active,
        ticks=lambda: ticker.tally.runs,
        metrics_public=parts.settings.metrics_public,
    )
    config = uvicorn.Config(
        worker_app(view),
        http=HeaderLimitProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="worker-port")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def listen(settings: Settings) -> socket.socket | None:
    """The socket of WORKER_PORT, or None; raises CommandError if it is taken."""
    if settings.worker_port is None:
        return None
    host, port = settings.worker_host, settings.worker_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CommandError(
            f"Cannot listen on {host}:{port} ({error.strerror or error}): "
            "set WORKER_HOST or WORKER_PORT."
        ) from None
    return listener
