"""Metric families with the names and units of Prometheus."""

from collections.abc import Iterable, Iterator, Mapping

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
from starlette.responses import Response

from db.schema_revision import needed
from domain.metrics.metric_folds import BOUNDS, Folded
from services.platform.release import release, revision

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NAMES = _LOOPBACK | {"localhost"}
_SHOWN = frozenset(BOUNDS[::4])

Labels = Mapping[str, str]


def counter(name: str, text: str, value: float) -> Metric:
    """A counter."""
    return CounterMetricFamily(name, text, value=value)


def gauge(name: str, text: str, value: float) -> Metric:
    """A gauge."""
    return GaugeMetricFamily(name, text, value=float(value))


def labelled(
    kind: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    text: str,
    values: Iterable[tuple[Labels, float]],
) -> Metric:
    """A family with a value for each set of labels."""
    family = kind(name, text)
    suffix = "_total" if kind is CounterMetricFamily else ""
    for labels, value in values:
        family.add_sample(f"{name}{suffix}", dict(labels), float(value))
    return family


def histogram(name: str, text: str, times: Folded) -> Metric:
    """A fold of milliseconds as a histogram in seconds."""
    buckets, seen = [], 0
    for index, bound in enumerate(BOUNDS):
        seen += times.histogram.get(index, 0)
        if bound in _SHOWN:
            buckets.append((f"{bound / 1000:g}", float(seen)))
    buckets.append(("+Inf", float(times.samples)))
    family = HistogramMetricFamily(name, text)
    family.add_metric([], buckets, times.total / 1000)
    return family


def build_info() -> Metric:
    """Release, commit and schema revision of this process."""
    labels = {"version": release(), "revision": revision(), "schema": needed()}
    text = "What this process runs; the value is always 1."
    return labelled(GaugeMetricFamily, "launch_build_info", text, [(labels, 1)])


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def exposition(families: Iterable[Metric]) -> Response:
    """The response to a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(families))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def is_from_here(request: Request) -> bool:
    """True if a client on this machine asks on its own behalf."""
    # A proxy on this machine speaks for others, so a token is needed. The same applies if
    # the Host header names another host: a page that resolves to here (DNS rebinding).
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    client = request.client.host if request.client is not None else ""
    return client in _LOOPBACK and request.url.hostname in _NAMES and not forwarded
