"""`launch serve` and `launch worker` behind a real PgBouncer: they work, or say why not (F9)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx2
import pytest

from tests.support.command import wait_until_ready
from tests.support.http import http_client
from tests.support.pgbouncer import PROGRAM, pgbouncer, version
from tests.support.servers import free_port
from tests.support.tcp_proxies import ForwardingProxy
from tests.support.two_servers import KEY, LIST, TOGGLE, TwoServers
from tests.support.waiting import until

WITH_STATEMENTS = version() >= (1, 21)
pytestmark = pytest.mark.needs(f"{PROGRAM} --version")


@pytest.fixture
async def url(site: TwoServers) -> AsyncIterator[str]:
    """The database of the site at an address that PgBouncer can reach."""
    forwarder = ForwardingProxy(site.postgres.socket_path)
    await forwarder.start()
    yield f"postgresql://launch@127.0.0.1:{forwarder.port}/launch"
    await forwarder.stop()


async def change(site: TwoServers, port: int) -> None:
    token = await site.log_in()
    for on in (True, False):
        answer = await site.ask(port, TOGGLE, token, key=KEY, on=on)
        assert answer["data"]["toggleFeatureFlag"]["errors"] == []


async def test_behind_session_mode_all_processes_work(site: TwoServers, url: str) -> None:
    port, side = free_port(), free_port()
    with pgbouncer(url, "session", default_pool_size=100) as bouncer:
        launch = site.launch.with_env(DATABASE_URL=bouncer, PORT=str(port), WORKER_PORT=str(side))
        with launch.running("serve"), launch.running("worker"):
            for each in (port, side):
                await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{each}")
            await change(site, port)
            async with http_client() as client:
                ready = (await client.get(f"http://127.0.0.1:{side}/readyz")).json()
            assert (ready["queue"], ready["causes"]) == (True, {})


async def test_transaction_mode_without_prepared_statements_is_refused_at_startup(
    site: TwoServers, url: str
) -> None:
    """It started, and failed a quarter of all requests."""
    settings = {"max_prepared_statements": 0} if WITH_STATEMENTS else {}
    with pgbouncer(url, "transaction", **settings) as bouncer:
        launch = site.launch.with_env(DATABASE_URL=bouncer, PORT=str(free_port()))
        commands = [("serve",), ("worker",), ("migrate",)]
        for ended in await asyncio.to_thread(launch.run_concurrently, *commands):
            assert (ended.code, ended.out) == (1, "")
            assert "set max_prepared_statements in PgBouncer 1.21 or newer" in ended.err
            assert "pool_mode = session" in ended.err


@pytest.mark.skipif(not WITH_STATEMENTS, reason="PgBouncer 1.21 or newer is needed: set PGBOUNCER")
async def test_behind_transaction_mode_app_processes_work_and_workers_are_refused(
    site: TwoServers, url: str
) -> None:
    port = free_port()
    with pgbouncer(url, "transaction", max_prepared_statements=200) as bouncer:
        launch = site.launch.with_env(DATABASE_URL=bouncer, PORT=str(port))
        with launch.running("serve") as running:
            await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
            for _ in range(10):
                await change(site, port)
            assert "Traceback" not in running.output
        ended = await asyncio.to_thread(launch.run_unchecked, "worker")
        assert (ended.code, "needs a session of its own" in ended.err) == (1, True)


async def test_a_pooler_that_comes_later_is_refused_with_the_first_connection(
    site: TwoServers, url: str
) -> None:
    """F9: a process that started while the database was away failed a quarter of its requests."""
    settings = {"max_prepared_statements": 0} if WITH_STATEMENTS else {}
    token = await site.log_in()
    port, side, pooler = free_port(), free_port(), free_port()
    launch = site.launch.with_env(
        DATABASE_URL=f"postgresql://launch@127.0.0.1:{pooler}/launch",
        PORT=str(port),
        WORKER_PORT=str(side),
    )
    async with http_client() as client:

        async def cause(of: int, part: str) -> str:
            with suppress(httpx2.HTTPError):
                readiness = (await client.get(f"http://127.0.0.1:{of}/readyz")).json()
                return str(readiness["causes"].get(part))
            return ""

        async def is_away() -> bool:
            return bool(await cause(port, "database")) and bool(await cause(side, "queue"))

        async def is_refused() -> bool:
            return "max_prepared_statements" in await cause(port, "database")

        with launch.running("serve") as running, launch.running("worker") as worker:
            await until(is_away)
            with pgbouncer(url, "transaction", pooler, **settings):
                await until(is_refused)
                answer = await site.ask(port, LIST, token)
                assert answer["errors"][0]["extensions"]["code"] == "DEPENDENCY_DOWN"
                await asyncio.to_thread(worker.wait_for, "set max_prepared_statements")
            assert "Traceback" not in running.output + worker.output
