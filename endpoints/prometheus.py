"""`/metrics` in the Prometheus text format: processes and product (A50)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.actors import Scope
from domain.metrics.metric_folds import EMPTY
from domain.metrics.metrics import LOOP_LAG, REQUEST_ERRORS, REQUESTS, RESPONSE_TIME
from endpoints.families import (
    build_info,
    counter,
    exposition,
    gauge,
    histogram,
    is_from_here,
    labelled,
)
from endpoints.product_families import SignUps, product_families
from endpoints.shared_metrics import Sharing
from schema.context import Context, Runtime
from server.http.authentication import authenticate
from services.overview.product_figures import ProductFigures


class Exposition:
    """The exposition of a process, or of all processes of the host with METRICS_DIR."""

    def __init__(self, runtime: Runtime) -> None:
        """`runtime` holds the parts of the process."""
        self._runtime = runtime
        self._sign_ups = SignUps(runtime.db)
        limit, folder = runtime.settings.database_timeout_seconds, runtime.settings.metrics_dir
        self._product = ProductFigures(runtime.db, runtime.health, limit)
        self._sharing = Sharing(folder, self._own_families) if folder is not None else None
        self.route = Route("/metrics", self._answer)

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Share the metrics of this process while it serves."""
        if self._sharing is None:
            yield
            return
        await self._sharing.start()
        try:
            yield
        finally:
            await self._sharing.stop()

    async def _answer(self, request: Request) -> Response:
        """Open to this machine and to tokens with `metrics:read`; otherwise 403."""
        if not await _may_read(self._runtime, request):
            return PlainTextResponse("A token with the scope metrics:read is needed.\n", 403)
        product = product_families(*await self._product.look())
        families_here = self._sharing.read_all() if self._sharing else self._own_families()
        return exposition([*families_here, *product])

    def _own_families(self) -> list[Metric]:
        return [*_families(self._runtime), self._sign_ups.family()]


def _families(runtime: Runtime) -> Iterator[Metric]:
    """Read the parts of a process; stores nothing."""
    folds = runtime.meter.so_far()
    yield build_info()
    yield counter(
        "launch_requests",
        "GraphQL over HTTP, operations of sockets and streams, OFREP and other routes.",
        folds.get(REQUESTS, EMPTY).total,
    )
    yield counter(
        "launch_request_errors",
        "Those that failed by our fault.",
        folds.get(REQUEST_ERRORS, EMPTY).total,
    )
    yield histogram(
        "launch_response_seconds",
        "Time to answer; of a stream, to its first result.",
        folds.get(RESPONSE_TIME, EMPTY),
    )
    lag = folds.get(LOOP_LAG, EMPTY)
    yield gauge("launch_event_loop_lag_seconds", "The newest delay.", lag.last / 1000)
    yield gauge("launch_websockets", "Open sockets.", runtime.meter.sockets)
    yield gauge("launch_database_connections", "Those in use.", runtime.db.connections_used)
    yield gauge(
        "launch_flag_set_version",
        "The version of the flags that this process serves.",
        runtime.flags.current.version,
    )
    yield gauge("launch_event_position", "The newest event seen.", runtime.tail.position)
    yield _subscriptions(runtime)
    yield gauge("launch_bus_connected", "1 while live.", runtime.bus.connected)
    for name, count in asdict(runtime.bus.counters).items():
        yield counter(f"launch_bus_{name}", f"Messages or connections {name}.", count)


def _subscriptions(runtime: Runtime) -> Metric:
    live = {
        "bus": runtime.bus.live,
        "events": runtime.tail.live,
        "flags": runtime.flag_feed.sets.live,
    }
    text = "Who listens, streams and our own parts."
    values = [({"source": source}, count) for source, count in live.items()]
    return labelled(GaugeMetricFamily, "launch_subscriptions", text, values)


async def _may_read(runtime: Runtime, request: Request) -> bool:
    if runtime.settings.metrics_public or is_from_here(request):
        return True
    context = Context(runtime, request)
    await authenticate(context)
    return Scope.METRICS_READ in context.actor.scopes
