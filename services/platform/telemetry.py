"""Exports traces of a process where OTEL_EXPORTER_OTLP_ENDPOINT is set."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Thread

from services.platform import tracing
from settings import Settings

logger = logging.getLogger(__name__)

_FLUSH_SECONDS = 2.0


@asynccontextmanager
async def collecting(settings: Settings, part: str) -> AsyncIterator[None]:
    """Send spans of this process, named `part`, to the collector; without one, nothing at all.

    An unavailable collector delays the shutdown by at most two seconds.
    """
    endpoint = settings.otel_exporter_otlp_endpoint
    if endpoint is None:
        yield
        return
    from services.platform.otlp import Collector  # noqa: PLC0415 - heavy, and for those who have a collector

    collector = Collector(endpoint, settings.otel_service_name, part, settings.environment)
    collector.start()
    tracing.install(collector)
    try:
        yield
    finally:
        tracing.install(None)
        await _stop(collector.stop)


async def _stop(stop: Callable[[], None]) -> None:
    # In a daemon thread: the end of the process would wait for `to_thread`.
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def run() -> None:
        stop()
        loop.call_soon_threadsafe(done.set)

    Thread(target=run, name="traces-end", daemon=True).start()
    try:
        async with asyncio.timeout(_FLUSH_SECONDS):
            await done.wait()
    except TimeoutError:
        logger.warning("tracing: the last spans could not be exported in time")
