"""The context of resolvers: the runtime of the process, the caller, and the loaders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

import strawberry
from redis.asyncio import Redis
from starlette.datastructures import Address
from starlette.responses import Response

from db.session import Database
from domain.actors import ANONYMOUS, Actor
from schema.loaders import Loaders
from services.accounts.credential_cache import CredentialCache
from services.alerting import AlertCenter
from services.flags.flag_store import FlagStore
from services.flags.flag_usage import FlagUsage
from services.flags.kill_sync import KillSync
from services.health.health_monitor import HealthMonitor
from services.health.heartbeats import Heartbeats
from services.metrics.metering import Meter
from services.overview.metric_board import JourneyBoard, MetricBoard
from services.phases.pacing import PacingContext, load_pacing_context
from services.phases.readiness import Gate, open_gate
from services.platform.certificates import CertificateWatch
from services.platform.connection_limits import ConnectionLimiter
from services.platform.cost_quota import CostQuota
from services.platform.documents import Documents
from services.platform.log_context import request_id
from services.platform.passwords import Passwords
from services.platform.rate_limits import RateLimiter
from services.propagation.delivery_acks import AckedStream, DeliveryAcks
from services.propagation.propagation import Propagations
from services.webhooks.documents import Documents as WebhookDocuments
from settings import Settings
from subscriptions.bus import Broadcast
from subscriptions.credential_expiry import CredentialWatch
from subscriptions.flag_feed import FlagFeed
from subscriptions.tail import EventTail


@dataclass(frozen=True, slots=True)
class Runtime:
    """The services that a server process shares between all its requests."""

    settings: Settings
    db: Database
    redis: "Redis"
    bus: Broadcast
    tail: EventTail
    credential_watch: CredentialWatch
    access: CredentialCache
    flags: FlagStore
    flag_feed: FlagFeed
    kill_sync: KillSync
    receipts: DeliveryAcks
    propagations: Propagations
    health: HealthMonitor
    alerts: AlertCenter
    heartbeats: Heartbeats
    usage: FlagUsage
    meter: Meter
    metrics: MetricBoard
    journeys: JourneyBoard
    passwords: Passwords
    rate_limits: RateLimiter
    quota: CostQuota
    connections: ConnectionLimiter
    documents: Documents
    webhook_documents: Callable[["Runtime"], WebhookDocuments]
    certificates: CertificateWatch
    clock: Callable[[], datetime]
    secret: bytes


class Connection(Protocol):
    """What resolvers need of a request or socket, which are starlette's."""

    @property
    def client(self) -> Address | None:
        """The address of the client."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case names."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies of a browser."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is kept of the request of a socket after authentication."""

    client: Address | None
    headers: Mapping[str, str]
    cookies: Mapping[str, str]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """Keep the address and the user agent."""
        agent = connection.headers.get(_AGENT)
        return cls(connection.client, {_AGENT: agent} if agent else _NOTHING, _NOTHING)


_AGENT = "user-agent"
_NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class Context:
    """The context of one request or socket; `connection_init` sets the actor of a socket."""

    runtime: Runtime
    connection: Connection | None = None
    response: Response | None = None
    actor: Actor = ANONYMOUS
    auth_unavailable: bool = False
    credential: str | None = field(default=None, repr=False)  # of the actor, if it is valid
    has_invalid_token: bool = False
    has_stale_cookie: bool = False
    supports_detached_streams: bool = False  # whether hubs may continue streams
    at_fault: bool = False  # whether an error is the server's fault
    accepted: tuple[str, str | None] | None = None  # the valid document, and the operation name
    on_hit: list[Callable[[], object]] = field(default_factory=list)  # for a cached response
    connection_params: dict[str, object] | None = None
    request_id: str = field(default_factory=request_id)
    flag_streams: list[AckedStream] = field(default_factory=list)
    _loaders: Loaders | None = None

    @property
    def loaders(self) -> Loaders:
        """The loaders, created on first use: most sockets and visitors need none."""
        if self._loaders is None:
            self._loaders = Loaders(self.runtime.db, self.runtime.propagations)
        return self._loaders

    @property
    def db(self) -> Database:
        """The database."""
        return self.runtime.db

    @property
    def now(self) -> datetime:
        """The current time, with a time zone."""
        return self.runtime.clock()

    async def gate(self) -> Gate:
        """Read what readiness needs besides the database; this repeats stale health checks."""
        runtime = self.runtime
        return await open_gate(
            runtime.health,
            runtime.redis,
            runtime.settings,
            runtime.secret,
            self.now,
            runtime.certificates,
        )

    async def pacing_context(self) -> PacingContext:
        """Read what the pace of a ramp depends on besides the database."""
        return await load_pacing_context(self.runtime.health, self.runtime.settings)

    @property
    def client_ip(self) -> str:
        """The address of the caller for rate limits; 'local' without a network connection."""
        client = self.connection.client if self.connection is not None else None
        return client.host if client else "local"


Info = strawberry.Info[Context, None]
