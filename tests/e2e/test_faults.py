"""What breaks under a launch, and what clients see of it (S61, S97, A49)."""

import asyncio
import os
import signal
import socket as sockets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

import psutil  # type: ignore[import-untyped]
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.clock import PATIENCE
from tests.support.command import wait_until_ready
from tests.support.promises import is_within
from tests.support.servers import free_port
from tests.support.sockets import Socket, Stream, socket
from tests.support.two_servers import FLAGS, KEY, LIST, VIEWER, TwoServers, set_flag
from tests.support.waiting import until

Mend = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """It mends itself."""


async def redis_killed(site: TwoServers) -> Mend:
    site.valkey.kill()
    return lambda: asyncio.to_thread(site.valkey.start)


async def redis_frozen(site: TwoServers) -> Mend:
    pid = site.valkey.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)

    async def thaw() -> None:
        os.kill(pid, signal.SIGCONT)

    return thaw


async def redis_clients_killed(site: TwoServers) -> Mend:
    async with Redis.from_url(site.valkey.url) as redis:
        for kind in ("normal", "pubsub"):
            await redis.client_kill_filter(_type=kind, skipme=True)
    return nothing


@contextmanager
def frozen_database(site: TwoServers) -> Iterator[None]:
    """Its connections stay open, and nothing is answered on any."""
    assert site.postgres.pid is not None
    root = psutil.Process(site.postgres.pid)
    stopped = [root, *root.children()]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()


async def enabled(stream: Stream, within: float = PATIENCE) -> bool:
    return bool((await stream.next(within))["featureFlags"]["enabled"])


async def subscribed(far: Socket) -> tuple[Stream, bool]:
    stream = await far.subscribe(FLAGS, keys=[KEY])
    return stream, await enabled(stream)


@pytest.mark.parametrize("fault", [redis_killed, redis_frozen, redis_clients_killed])
async def test_changes_and_streams_survive_redis_faults(
    site: TwoServers, far: Socket, fault: Callable[[TwoServers], Awaitable[Mend]]
) -> None:
    """While it lasts: the change is done, old and new streams hear of it, queries are answered."""
    token = await site.log_in()
    old, before = await subscribed(far)
    mend = await fault(site)
    try:
        begin = await set_flag(site, token, not before)
        assert is_within(10, time.monotonic() - begin)
        new, now = await subscribed(far)
        assert now is not before
        assert (await site.ask(site.ports[1], LIST, token))["data"] is not None
        assert await enabled(old) is not before
    finally:
        await mend()
    await set_flag(site, token, before)
    assert [await enabled(old), await enabled(new)] == [before, before]


async def end_sessions(site: TwoServers) -> int:
    """As an admin of the database does, or its restart."""
    engine = create_async_engine(site.postgres.url)
    try:
        async with engine.connect() as connection:
            ended = await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name LIKE 'launch%' AND pid <> pg_backend_pid()"
                )
            )
            return len(ended.all())
    finally:
        await engine.dispose()


async def test_terminated_database_sessions_cause_no_errors(site: TwoServers, far: Socket) -> None:
    token = await site.log_in()
    stream, before = await subscribed(far)
    assert await end_sessions(site) > 0
    answers = [await site.ask(port, LIST, token) for port in site.ports for _ in range(3)]
    assert [answer["data"] is not None for answer in answers] == [True] * 6
    await set_flag(site, token, not before)
    assert await enabled(stream) is not before


async def test_a_database_restart_causes_brief_errors_and_ends_no_stream(
    site: TwoServers, far: Socket
) -> None:
    """Errors come soon and tell nothing of SQL; flags are served meanwhile."""
    token = await site.log_in()
    stream, before = await subscribed(far)
    site.postgres.kill()
    begin = time.monotonic()
    lost = await site.ask(site.ports[0], LIST, token)
    assert is_within(6, time.monotonic() - begin)
    assert [error["extensions"]["code"] for error in lost["errors"]] == ["DEPENDENCY_DOWN"]
    assert "select" not in str(lost).lower()
    assert (await site.reason(site.ports[0]))[0] in (True, False)
    await asyncio.to_thread(site.postgres.start)

    async def answers() -> bool:
        return bool((await site.ask(site.ports[1], LIST, token)).get("data"))

    await until(answers)
    await set_flag(site, token, not before)
    assert await enabled(stream) is not before


def rude(port: int, first: bytes) -> sockets.socket:
    """A client that begins something and never goes on."""
    client = sockets.create_connection(("127.0.0.1", port), PATIENCE)
    client.sendall(first)
    return client


UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
BEGUN = (
    b"",
    b"POST /graphql HTTP/1.1\r\nHos",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n{",
    UPGRADE,
    b"GET /ofrep/v1/events HTTP/1.1\r\nHost: x\r\n\r\n",
)


@asynccontextmanager
async def a_third(site: TwoServers) -> AsyncIterator[tuple[int, Callable[[], float]]]:
    """Another server of the site; its port, and what ends it and says how long that took."""
    port = free_port()
    with ExitStack() as stack:
        running = stack.enter_context(site.launch.with_env(PORT=str(port)).running("serve"))
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
        yield port, lambda: running.end(signal.SIGTERM)
        # It ends itself by the signal that it was sent, not by the one that it was not.
        assert running.process.returncode in (0, -signal.SIGTERM)


async def test_a_stopping_server_completes_its_streams_in_time(site: TwoServers) -> None:
    """SIGTERM, with hundreds of clients that began something and never went on."""
    async with a_third(site) as (port, end):
        clients = [rude(port, first) for first in BEGUN for _ in range(60)]
        async with socket(f"127.0.0.1:{port}") as polite:
            stream = await polite.subscribe("subscription { viewerFlags { version } }")
            await stream.next()
            assert is_within(15, await asyncio.to_thread(end))
            async with asyncio.timeout(PATIENCE):
                await polite.connection.wait_closed()
            assert polite.connection.close_code in (1001, 1012)
        for client in clients:
            client.close()


async def test_a_frozen_database_fails_requests_quickly(site: TwoServers) -> None:
    """S53, A24: by both roads, known answers and new ones; memory goes on, the rest fails soon."""
    token, port = await site.log_in(), site.ports[0]
    documents = (LIST, "{ launchPhases { key } }", "{ systemHealth { overall } }", VIEWER)
    for document in documents:
        await site.ask(port, document, token)
    with frozen_database(site):
        for _ in range(2):
            begin = time.monotonic()
            flags, phases, health, viewer = await asyncio.gather(
                *(site.ask(port, document, token) for document in documents)
            )
            assert is_within(5, time.monotonic() - begin)
            assert (health["data"] is not None, viewer["data"] is not None) == (True, True)
            for failed in (flags, phases):
                assert failed["errors"][0]["extensions"]["code"] == "DEPENDENCY_DOWN"
        assert (await site.over_ofrep(port, token))["status"] == 200

    async def is_back() -> bool:
        return "errors" not in await site.ask(port, LIST, token)

    await until(is_back)
