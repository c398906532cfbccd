"""`/metrics` in the text format of Prometheus: what this one process does (SPEC A50)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

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
from domain.metric_folds import BOUNDS, EMPTY, Folded
from domain.metrics import LOOP_LAG, REQUEST_ERRORS, REQUESTS, RESPONSE_TIME
from schema.authentication import identify
from schema.context import Context, Runtime

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NAMES = _LOOPBACK | {"localhost"}
_SHOWN = frozenset(BOUNDS[::4])


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
        runtime = self._runtime
        found = runtime.meter.so_far()
        yield from _requests(found)
        lag = found.get(LOOP_LAG, EMPTY)
        yield _gauge("launch_event_loop_lag_seconds", "The newest delay.", lag.last / 1000)
        yield _gauge("launch_websockets", "Open sockets.", runtime.meter.sockets)
        yield _gauge("launch_database_connections", "Those in use.", runtime.db.connections_used)
        yield _gauge(
            "launch_flag_set_version",
            "The version of the flags that this process serves.",
            runtime.flags.current.version,
        )
        yield _gauge("launch_event_position", "The newest event seen.", runtime.tail.position)
        yield self._subscriptions()
        yield _gauge("launch_bus_connected", "1 while live.", runtime.bus.connected)
        for name, count in asdict(runtime.bus.counters).items():
            yield _counter(f"launch_bus_{name}", f"Messages or connections {name}.", count)

    def _subscriptions(self) -> Metric:
        runtime = self._runtime
        live = {
            "bus": runtime.bus.live,
            "events": runtime.tail.live,
            "flags": runtime.flag_feed.sets.live,
        }
        found = GaugeMetricFamily(
            "launch_subscriptions", "Who listens, streams and our own parts.", labels=["source"]
        )
        for source, count in live.items():
            found.add_metric([source], count)
        return found


def _requests(found: Mapping[str, Folded]) -> Iterator[Metric]:
    yield _counter(
        "launch_requests",
        "GraphQL over HTTP, operations of sockets and streams, OFREP and other routes.",
        found.get(REQUESTS, EMPTY).total,
    )
    yield _counter(
        "launch_request_errors",
        "Those that failed by our fault.",
        found.get(REQUEST_ERRORS, EMPTY).total,
    )
    times = found.get(RESPONSE_TIME, EMPTY)
    buckets, seen = [], 0
    for index, bound in enumerate(BOUNDS):
        seen += times.histogram.get(index, 0)
        if bound in _SHOWN:
            buckets.append((f"{bound / 1000:g}", float(seen)))
    buckets.append(("+Inf", float(times.samples)))
    histogram = HistogramMetricFamily(
        "launch_response_seconds", "Time to answer; of a stream, to its first result."
    )
    histogram.add_metric([], buckets, times.total / 1000)
    yield histogram


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


async def _may_read(runtime: Runtime, request: Request) -> bool:
    if runtime.settings.metrics_public:
        return True
    if _is_from_here(request):
        return True
    context = Context(runtime, request)
    await identify(context)
    return Scope.METRICS_READ in context.actor.scopes


def _is_from_here(request: Request) -> bool:
    """Whether a tool on this machine asks, for itself."""
    # A proxy on this machine speaks for others: then a token is needed all the same. So it is where
    # the host is another one: the page of a stranger, whose name was bent to here (DNS rebinding).
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    client = request.client.host if request.client is not None else ""
    return client in _LOOPBACK and request.url.hostname in _NAMES and not forwarded
