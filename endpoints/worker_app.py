"""The HTTP endpoints of a worker: liveness, readiness and metrics."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.metrics_core import CounterMetricFamily, Metric
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.readiness import check
from db.session import Database
from domain.metrics.metric_folds import EMPTY
from domain.metrics.metrics import LOOP_LAG
from endpoints.families import build_info, exposition, gauge, is_from_here, labelled
from endpoints.headers import SecureHeaders
from services.metrics.metering import Meter

Runs = Mapping[tuple[str, str], int]  # by name and outcome


@dataclass(frozen=True, slots=True)
class WorkerView:
    """What a worker exposes, read for each request."""

    db: Database
    meter: Meter
    has_queue: Callable[[], bool]
    has_bus: Callable[[], bool]
    jobs: Callable[[], Runs]
    active_jobs: Callable[[], int]
    ticks: Callable[[], Runs]
    metrics_public: bool = False


def worker_app(view: WorkerView) -> Starlette:
    """Three routes; they need no graph."""
    routes = [
        Route("/healthz", _healthz),
        Route("/readyz", _readiness(view)),
        Route("/metrics", _metrics(view)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SecureHeaders, https=False)])


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok")


def _readiness(view: WorkerView) -> Callable[[Request], Awaitable[Response]]:
    async def readyz(_request: Request) -> Response:
        """Redis may be away: it works on without."""
        database = await check(view.db)
        queue = view.has_queue()
        causes = {
            "database": database.cause,
            "queue": None if queue else "the queue is not connected",
        }
        body = {
            "database": database.cause is None,
            "queue": queue,
            "realtime": view.has_bus(),
            "causes": {part: cause for part, cause in causes.items() if cause},
            "warnings": [database.warning] if database.warning else [],
        }
        return JSONResponse(body, 200 if body["database"] and queue else 503)

    return readyz


def _metrics(view: WorkerView) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(request: Request) -> Response:
        if not view.metrics_public and not is_from_here(request):
            return PlainTextResponse("Ask from this machine, or set METRICS_PUBLIC.\n", 403)
        return exposition(_families(view))

    return metrics


def _families(view: WorkerView) -> Iterator[Metric]:
    yield build_info()
    yield _runs(
        "launch_job_runs", "Jobs that this worker has run, by kind and outcome.", view.jobs()
    )
    yield gauge("launch_jobs_active", "Jobs that this worker runs now.", view.active_jobs())
    yield _runs("launch_task_runs", "Periodic tasks that this worker has run.", view.ticks())
    yield gauge("launch_queue_connected", "1 while jobs can arrive.", view.has_queue())
    yield gauge("launch_bus_connected", "1 while live.", view.has_bus())
    lag = view.meter.so_far().get(LOOP_LAG, EMPTY)
    yield gauge("launch_event_loop_lag_seconds", "The newest delay.", lag.last / 1000)
    yield gauge("launch_database_connections", "Those in use.", view.db.connections_used)


def _runs(name: str, text: str, runs: Runs) -> Metric:
    values = [({"kind": kind, "outcome": outcome}, n) for (kind, outcome), n in runs.items()]
    return labelled(CounterMetricFamily, name, text, values)
