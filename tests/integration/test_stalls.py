"""A system outside that stalls holds up nothing but its own work (F1, D10).

A real worker, and in turn a mail server, a receiver of webhooks, an alert channel, a collector of
traces and a name server that take what they are sent and never answer. Meanwhile no session of the
database is idle in a transaction, and every other kind of work is done in time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from app import create_app, running
from domain.actors import Role, system_actor
from domain.incidents.incidents import Severity
from domain.mail.email import Email
from services.incidents.incidents import IncidentDraft, open_incident
from services.mail import mail
from settings import Settings
from tests.factories import user_sessions
from tests.factories.health import PROBES
from tests.factories.launches import make_flag
from tests.factories.webhooks import Receiver, create_webhook
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.promises import is_within
from tests.support.receivers import HttpReceiver
from tests.support.servers import free_port
from tests.support.tcp_proxies import StallingProxy
from tests.support.waiting import until
from tests.support.workers import WorkerFleet

SECONDS = 10.0  # for work that has nothing to do with who stalls
MOMENT = 1.0  # of a transaction
EMAILS, STALLED_HOOKS = 30, 20
IDLE = text(
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - state_change)), 0) "
    "FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND pid <> pg_backend_pid() "
    "AND application_name LIKE 'launch%'"
)
TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { message } } }"""


class Inbox:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.recipients: list[str] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.port = int(self._controller.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@dataclass
class World:
    """A worker, everything around it, and a way to give it work."""

    fleet: WorkerFleet
    admin: GraphQLClient
    inbox: Inbox
    hooks: Receiver
    channel: HttpReceiver
    taps: Mapping[str, StallingProxy]
    turns: int = 0
    idle: list[float] = field(default_factory=list)

    async def emails(self, name: str, count: int = 1) -> None:
        async with self.fleet.db.write() as uow:
            for number in range(count):
                email = Email(f"{name}-{number}@example.com", "Hello", "Some words.\n")
                await mail.post(uow, system_actor("test"), email)

    async def flag(self, name: str) -> None:
        """An event for the webhooks."""
        await make_flag(self.admin, name)

    async def incident(self, name: str) -> None:
        """Something to be told on the channel."""
        draft = IncidentDraft(
            type="test", severity=Severity.CRITICAL, title=name, description="It is broken."
        )
        async with self.fleet.db.write() as uow:
            await open_incident(uow, system_actor("test"), draft)

    async def watch(self) -> None:
        """How long the longest pause inside of a transaction has lasted, again and again."""
        while True:
            async with self.fleet.db.read() as session:
                self.idle.append(float(await session.scalar(IDLE)))
            await asyncio.sleep(0.1)

    async def others_are_done(self, stalled: str) -> Mapping[str, float]:
        """Give work of each kind that does not need who stalls; how long each took."""
        self.turns += 1
        name = f"turn_{self.turns}_end"
        await self.fleet.add("test.note", name)

        async def noted() -> bool:
            return bool(await self.fleet.pids(name))

        async def arrived() -> bool:
            return f"{name}-0@example.com" in self.inbox.recipients

        async def hooked() -> bool:
            return any(name.encode() in item.body for item in self.hooks.received)

        async def alerted() -> bool:
            return any(name in title for title in self.channel.titles)

        begin, checks = time.monotonic(), {"note": noted}
        if stalled != "smtp":
            await self.emails(name)
            checks["mail"] = arrived
        if stalled != "webhook":
            await self.flag(name)
            checks["webhook"] = hooked
        if stalled != "channel":
            await self.incident(name)
            checks["alert"] = alerted
        took = await asyncio.gather(*(_timed(check, begin) for check in checks.values()))
        return dict(zip(checks, took, strict=True))

    async def recovers(self, name: str) -> None:
        """What was held comes after all; e-mails have a schedule of half a minute."""

        async def is_back() -> bool:
            hooks, titles = self.hooks.received, self.channel.titles
            return {
                "webhook": any(b"while_it_stalls" in item.body for item in hooks),
                "channel": any("while it stalls" in title for title in titles),
            }.get(name, True)

        await until(is_back)


async def _timed(check: Callable[[], Awaitable[bool]], begin: float) -> float:
    await until(check)
    return time.monotonic() - begin


@pytest.fixture
async def world(
    tmp_path_factory: pytest.TempPathFactory, cluster: Path, settings: Settings, clock: Clock
) -> AsyncIterator[World]:
    inbox, hooks, channel = Inbox(), Receiver(), HttpReceiver()
    inbox.start()
    await hooks.start()
    await channel.start()
    targets = {"smtp": inbox.port, "webhook": hooks.port, "channel": channel.port, "otlp": None}
    taps = {name: StallingProxy(port) for name, port in targets.items()}
    for tap in taps.values():
        await tap.start()
    async with AsyncExitStack() as stack:
        for stop in (hooks.stop, channel.stop, *(tap.stop for tap in taps.values())):
            stack.push_async_callback(stop)
        stack.callback(inbox.stop)
        fleet = WorkerFleet(
            tmp_path_factory.mktemp("stalls"),
            cluster,
            SMTP_URL=f"smtp://127.0.0.1:{taps['smtp'].port}",
            ALERT_URLS=f"json://127.0.0.1:{taps['channel'].port}/hook",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{taps['otlp'].port}",
            STALLED_NAMES="stalled.test",
            WEBHOOK_PLAIN_HTTP="true",
            WEBHOOK_PRIVATE_ADDRESSES="true",
            DATABASE_TIMEOUT_SECONDS="5",
        )
        await fleet.start()
        stack.push_async_callback(fleet.stop)
        update = {
            "database_url": fleet.postgres.url,
            "redis_url": fleet.valkey.url,
            "webhook_plain_http": True,
            "webhook_private_addresses": True,
        }
        app = create_app(settings.model_copy(update=update), clock, PROBES)
        await stack.enter_async_context(running(app.state.runtime))
        fleet.db = app.state.runtime.db
        admin = GraphQLClient(app, await user_sessions.create_session(fleet.db, Role.ADMIN))
        world = World(fleet, admin, inbox, hooks, channel, taps)
        await create_webhook(admin, f"http://127.0.0.1:{taps['webhook'].port}/hook/s3cr3t")
        fleet.work(1)
        yield world


async def test_a_stalled_external_system_blocks_only_its_own_work(world: World) -> None:
    await world.others_are_done("nobody")  # and the graph of the worker is loaded
    watching = asyncio.create_task(world.watch())
    late: dict[str, Mapping[str, float]] = {}
    for name, burden in burdens(world).items():
        if name in world.taps:
            world.taps[name].stall()
        await burden()
        late[name] = await world.others_are_done(name)
        if name in world.taps:
            assert world.taps[name].stalled_connections > 0, f"nothing was sent to {name}"
            world.taps[name].go_on()
            await world.recovers(name)
    watching.cancel()
    took = {
        f"{kind} while {name} stalls": t for name, all_ in late.items() for kind, t in all_.items()
    }
    print({name: round(seconds, 1) for name, seconds in took.items()})  # noqa: T201
    print(f"longest pause inside of a transaction: {max(world.idle):.3f} s")  # noqa: T201
    assert {name: t for name, t in took.items() if not is_within(SECONDS, t)} == {}
    assert is_within(MOMENT, max(world.idle))
    assert len(world.idle) > len(took)


def burdens(world: World) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """For each who stalls, work that then hangs; returns when some of it does."""

    async def wait_until_held(name: str, count: int = 1) -> None:
        async def is_held() -> bool:
            return world.taps[name].stalled_connections >= count

        await until(is_held)

    async def emails() -> None:
        await world.emails("stalled", EMAILS)
        await wait_until_held("smtp", EMAILS)

    async def hook() -> None:
        await world.flag("while_it_stalls")
        await wait_until_held("webhook")

    async def alert() -> None:
        await world.incident("while it stalls")
        await wait_until_held("channel")

    async def traces() -> None:
        await world.fleet.add("test.note", "traced")
        await wait_until_held("otlp")

    async def names() -> None:
        for number in range(STALLED_HOOKS):
            await create_webhook(world.admin, f"http://hook-{number}.stalled.test/x")
        await world.flag("while_names_stall")

    return {"smtp": emails, "webhook": hook, "channel": alert, "otlp": traces, "names": names}
