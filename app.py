"""The composition root of the web process."""

import gc
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from domain.health.health import CheckType
from domain.metrics.metrics import POOL_USED, SOCKETS
from domain.platform.cost_quota import Budget
from endpoints.badges import badge_route
from endpoints.callers import Callers, is_loopback_url
from endpoints.direct_answers import DirectAnswers
from endpoints.graph_route import PATH, GraphRoute
from endpoints.healthz import probe_routes
from endpoints.heartbeat import beat_route
from endpoints.middleware import middleware
from endpoints.ofrep import ofrep_routes
from endpoints.pages import BUILT, Pages
from endpoints.prometheus import Exposition
from endpoints.stopping import Stopping
from endpoints.unsubscribe import unsubscribe_routes
from jobs.stores import open_stores
from schema.context import Runtime
from server.execution.event_documents import EventDocuments
from server.graph import schema
from server.http import direct
from server.http.planned_operations import PlannedOperations
from server.http.security_headers import ALWAYS
from server.view import GraphQLView
from services.accounts.authentication import look_up
from services.accounts.credential_cache import CredentialCache
from services.alerting import AlertCenter
from services.flags.flag_store import FlagStore
from services.flags.flag_usage import FlagUsage
from services.flags.kill_mirror import KillMirror
from services.flags.kill_sync import KillSync
from services.health.health import build_monitor
from services.health.heartbeats import Heartbeats, HeartbeatWatch
from services.health.probes import DOCUMENTS as CHECKS
from services.health.probes.base import Probe
from services.metrics.metering import Meter
from services.overview.metric_board import journey_board, metric_board
from services.phases import rehearsal_flags
from services.phases.health_watchdog import Watchdog
from services.platform import event_lines
from services.platform.certificates import CertificateWatch
from services.platform.connection_limits import ConnectionLimiter
from services.platform.cost_quota import CostQuota
from services.platform.documents import Documents
from services.platform.event_reads import LogReader
from services.platform.passwords import Passwords
from services.platform.rate_limits import RateLimiter, limits_of
from services.platform.telemetry import collecting
from services.propagation.delivery_acks import DeliveryAcks
from services.propagation.propagation import Announcer, Propagations
from services.propagation.propagation_report import Reporter
from settings import Settings
from subscriptions import channels
from subscriptions.access_feed import AccessFeed
from subscriptions.credential_expiry import CredentialWatch
from subscriptions.flag_feed import FlagFeed
from subscriptions.kill_feed import KillFeed
from subscriptions.publish import Publisher
from subscriptions.rehearsal_feed import RehearsalFeed
from subscriptions.tail import EventTail

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The clock in production."""
    return datetime.now(UTC)


def build_runtime(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    probes: Mapping[CheckType, Probe] | None = None,
    passwords: Passwords | None = None,
) -> Runtime:
    """Create the parts that the requests of a process share; nothing is connected yet."""
    db, redis, bus = open_stores(settings, clock)
    log = LogReader(db)
    tail = EventTail(bus, channels.EVENTS, channels.decode_events, log.read_after, log.read_head)
    flags = FlagStore(db, clock=clock, killed=frozenset(settings.flags_killed))
    passwords = passwords or Passwords()
    receipts = DeliveryAcks()
    flags.on_change(lambda flag_set: receipts.serves(flag_set.version))
    return Runtime(
        settings=settings,
        db=db,
        redis=redis,
        bus=bus,
        tail=tail,
        credential_watch=CredentialWatch(tail, clock),
        access=CredentialCache(partial(look_up, db), clock),
        flags=flags,
        flag_feed=FlagFeed(flags, tail),
        kill_sync=KillSync(db, KillMirror(redis), flags),
        receipts=receipts,
        propagations=Propagations(redis, db, receipts, clock),
        alerts=AlertCenter(settings, db, redis),
        heartbeats=Heartbeats(db, redis, settings),
        usage=FlagUsage(db, lambda: flags.current.places, lambda: receipts.live),
        health=build_monitor(
            settings, db, redis, passwords, partial(bus.publish, channels.HEALTH), probes
        ),
        meter=Meter(db, settings.metrics_interval_seconds),
        metrics=metric_board(db),
        journeys=journey_board(db),
        passwords=passwords,
        rate_limits=RateLimiter(redis, rules=limits_of(settings)),
        quota=CostQuota(redis, Budget(settings.cost_bucket_size, settings.cost_restore_per_second)),
        connections=ConnectionLimiter(settings.max_sockets_per_caller),
        documents=known_documents(settings),
        webhook_documents=partial(EventDocuments, schema),
        certificates=CertificateWatch(settings.base_url, clock),
        clock=clock,
        secret=settings.signing_key,
    )


def known_documents(settings: Settings) -> Documents:
    """The trusted documents of our pages and commands, and those of the operator (A48)."""
    built_in = (BUILT / "documents.json", Path(__file__).parent / "commands" / "documents.json")
    manifests = [path for path in built_in if path.is_file()]
    if settings.trusted_documents is not None:
        manifests.append(settings.trusted_documents)
    return Documents.read(manifests, CHECKS, only=settings.trusted_documents_only)


@asynccontextmanager
async def running(runtime: Runtime) -> AsyncIterator[Runtime]:
    """Connect and start background tasks.

    The process starts without the database or Redis too: what needs them reports it until they are
    back.
    """
    publisher = Publisher(runtime.bus, runtime.tail)
    runtime.meter.watch(POOL_USED, lambda: runtime.db.connections_used)
    runtime.meter.watch(SOCKETS, lambda: runtime.meter.sockets)
    announcer = Announcer(runtime.redis, runtime.clock)
    reporter = Reporter(runtime.redis, runtime.receipts)
    hear = partial(rehearsal_flags.deliver, runtime.db, runtime.redis, runtime.receipts.name)
    rehearsals = RehearsalFeed(runtime.tail, hear)
    runtime.db.on_commit(announcer.after_commit)  # first, because it records the time of the commit
    runtime.db.on_commit(runtime.access.after_commit)
    runtime.db.on_commit(runtime.alerts.silences.after_commit)
    runtime.db.on_commit(runtime.flag_feed.after_commit)
    runtime.db.on_commit(runtime.kill_sync.after_commit)
    runtime.db.positions.on_numbered(publisher.publish)
    runtime.db.on_commit(event_lines.log_events)
    async with AsyncExitStack() as stack:
        stack.callback(runtime.passwords.close)
        stack.push_async_callback(runtime.db.dispose)
        stack.push_async_callback(runtime.redis.aclose)
        await runtime.bus.connect()
        stack.push_async_callback(runtime.bus.disconnect)
        stack.push_async_callback(announcer.stop)
        stack.push_async_callback(runtime.alerts.stop)
        for part in (runtime.tail, runtime.credential_watch, runtime.flags, runtime.flag_feed):
            await part.start()
            stack.push_async_callback(part.stop)
        watchdog = Watchdog(runtime.db, runtime.health, runtime.settings, runtime.alerts)
        access = AccessFeed(runtime.tail, runtime.access)
        listener = HeartbeatWatch(runtime.db, runtime.heartbeats, runtime.alerts)
        measuring = (runtime.meter, runtime.quota, runtime.usage)
        kills = (runtime.kill_sync, KillFeed(runtime.tail, runtime.kill_sync))
        for follower in (access, reporter, rehearsals, *measuring, watchdog, listener, *kills):
            await follower.start()
            stack.push_async_callback(follower.stop)
        yield runtime


@asynccontextmanager
async def event_documents(settings: Settings) -> AsyncIterator[EventDocuments]:
    """The graph of a worker, for webhooks: it serves no requests and connects when used."""
    runtime = build_runtime(settings)
    try:
        yield EventDocuments(schema, runtime)
    finally:
        runtime.passwords.close()
        await runtime.redis.aclose()
        await runtime.db.dispose()


def create_app(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    probes: Mapping[CheckType, Probe] | None = None,
    passwords: Passwords | None = None,
) -> Starlette:
    """The ASGI application of a process; tests pass other probes and cheap password hashing."""
    runtime = build_runtime(settings, clock, probes, passwords)
    shown = settings.graphiql
    show_explorer = settings.environment == "development" if shown is None else shown
    plans = PlannedOperations(runtime, schema) if settings.fast_paths else None
    view = GraphQLView(
        schema,
        runtime,
        explorer="/explorer" if show_explorer else None,
        allowed_origins=settings.allowed_origins,
        planned_operations=plans,
    )
    pages = Pages(trusted_only=settings.trusted_documents_only)
    exposition = Exposition(runtime)
    stopping, callers = Stopping(), Callers(local=is_loopback_url(settings.base_url))
    answers = plans and DirectAnswers(runtime, plans, stopping, callers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, object]]:
        async with collecting(settings, "serve"), running(runtime), exposition.shared():
            _settle()
            yield {direct.STATE: answers}

    app = Starlette(
        routes=[
            Route(PATH, view, methods=None),
            WebSocketRoute(PATH, view),
            Route("/schema.graphql", sdl),
            *probe_routes(runtime, stopping, callers),
            exposition.route,
            *ofrep_routes(runtime),
            *unsubscribe_routes(runtime),
            badge_route(runtime),
            beat_route(runtime),
            *pages.routes,
        ],
        middleware=[
            *middleware(settings, stopping, callers),
            Middleware(GraphRoute, view=view),
        ],
        exception_handlers={404: pages.missing, Exception: crashed},
        lifespan=lifespan,
    )
    app.state.runtime = runtime
    app.state.stopping = stopping
    app.state.answers = answers
    return app


def _settle() -> None:
    """Exclude permanent objects from garbage collection: code, schema, tables.

    A full collection stops every stream of the process while it walks through memory.
    """
    gc.collect()
    gc.freeze()


async def crashed(_request: Request, _error: Exception) -> Response:
    """The response after an unhandled error, which the server logs."""
    error = {"message": "Something went wrong on our side.", "extensions": {"code": "INTERNAL"}}
    return JSONResponse({"errors": [error]}, 500, ALWAYS)


async def sdl(_request: Request) -> Response:
    """The schema as SDL."""
    return PlainTextResponse(schema.as_str())
