"""Whatever Redis suffers, changes succeed, and operators read its cause (D11, F3, D13)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from app import create_app, running
from db.session import Database
from domain.actors import Role
from domain.health.health import Outcome
from services.health.probes.realtime import RealtimeProbe
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import fast_passwords
from tests.factories.health import PROBES, Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate, roll_back
from tests.factories.propagation import runtime_of
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import ValkeyProcess

Fault = Callable[[ValkeyProcess], None]


def out_of_memory(server: ValkeyProcess) -> None:
    with Redis.from_url(server.url) as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")


def guarded(server: ValkeyProcess) -> None:
    """A password that we do not have; open connections are ended."""
    with Redis.from_url(server.url) as client:
        client.config_set("requirepass", "unknown to us")
        client.client_kill_filter(_type="pubsub", skipme=True)
        client.client_kill_filter(_type="normal", skipme=True)


def read_only(server: ValkeyProcess) -> None:
    """A replica of a primary that nobody can reach."""
    with Redis.from_url(server.url) as client:
        client.replicaof("127.0.0.1", "1")


def frozen(server: ValkeyProcess) -> None:
    server.freeze()


def emptied(server: ValkeyProcess) -> None:
    with Redis.from_url(server.url) as client:
        client.flushall()


def stopped(server: ValkeyProcess) -> None:
    server.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyProcess]:
    process = ValkeyProcess(tmp_path)
    process.start()
    yield process
    process.thaw()
    process.kill()


@pytest.fixture
async def admin(
    server: ValkeyProcess, db: Database, settings: Settings, clock: Clock
) -> AsyncIterator[GraphQLClient]:
    app = create_app(
        settings.model_copy(update={"redis_url": server.url}), clock, PROBES, fast_passwords()
    )
    async with running(app.state.runtime):
        Health(clock)
        yield GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))


@pytest.mark.parametrize("fault", [out_of_memory, guarded, read_only, frozen, emptied, stopped])
async def test_a_rollback_succeeds_during_redis_faults(
    admin: GraphQLClient, server: ValkeyProcess, fault: Fault
) -> None:
    phase = await make_phase(admin)
    assert (await activate(admin, phase))["errors"] == []
    await asyncio.to_thread(fault, server)
    answer = await roll_back(admin, phase)
    assert (answer["errors"], answer["phase"]["status"]) == ([], "ROLLED_BACK")
    assert (await admin.raw("GET", "/readyz")).status_code == 200


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (guarded, "Redis wants a password"),
        (frozen, "Redis does not answer"),
        (stopped, "Redis does not answer"),
    ],
)
async def test_readiness_and_health_name_the_redis_fault(
    admin: GraphQLClient, server: ValkeyProcess, fault: Fault, cause: str
) -> None:
    await asyncio.to_thread(fault, server)
    async with asyncio.timeout(PATIENCE):
        while (ready := await admin.raw("GET", "/readyz")).json()["causes"] != {  # noqa: ASYNC110
            "realtime": cause
        }:
            await asyncio.sleep(0.1)
    assert (ready.status_code, ready.json()["realtime"]) == (200, False)
    result = await RealtimeProbe(runtime_of(admin.app).redis, "http://127.0.0.1:1").run()
    assert result.outcome is Outcome.FAILED
    assert str(result.error).startswith((cause, "ConnectionRefusedError"))  # both look at once
