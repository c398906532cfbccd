"""`/metrics` in the text format of Prometheus: what this one process does (SPEC A50)."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.actors import Scope
from domain.metrics import BOUNDS
from schema.authentication import identify
from schema.context import Context, Runtime

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_SHOWN = BOUNDS[::4]


def exposition_route(runtime: Runtime) -> Route:
    """Open to this machine, and to tokens that may read metrics; others get a 403."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ProcessCollector(runtime))

    async def metrics(request: Request) -> Response:
        if not await _may_read(runtime, request):
            return PlainTextResponse("A token with the scope metrics:read is needed.\n", 403)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics)


class ProcessCollector(Collector):
    """Reads the parts of a process at the moment of the scrape; keeps nothing itself."""

    def __init__(self, runtime: Runtime) -> None:
        """The parts of the process."""
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        """Every family that is shown."""
        meter = self._runtime.meter
        meter.keep()
        yield _counter("launch_requests", "GraphQL requests over HTTP.", meter.requests_seen)
        yield _counter(
            "launch_request_errors", "Those that failed by our fault.", meter.errors_seen
        )
        yield self._times()
        yield _gauge(
            "launch_flag_set_version",
            "The version of the flags that this process serves.",
            self._runtime.flags.current.version,
        )
        yield _gauge("launch_bus_connected", "1 while live.", self._runtime.bus.connected)
        yield _gauge("launch_event_position", "The newest event seen.", self._runtime.tail.position)

    def _times(self) -> Metric:
        times = self._runtime.meter.times_seen
        buckets, seen = [], 0
        for index, bound in enumerate(BOUNDS):
            seen += times.histogram.get(index, 0)
            if bound in _SHOWN:
                buckets.append((f"{bound / 1000:g}", float(seen)))
        buckets.append(("+Inf", float(times.samples)))
        found = HistogramMetricFamily("launch_response_seconds", "Time to answer a request.")
        found.add_metric([], buckets, times.total / 1000)
        return found


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


async def _may_read(runtime: Runtime, request: Request) -> bool:
    # A proxy on this machine speaks for others: then a token is needed all the same.
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    if request.client is not None and request.client.host in _LOOPBACK and not forwarded:
        return True
    context = Context(runtime, request)
    await identify(context)
    return Scope.METRICS_READ in context.actor.scopes
