"""How app processes stop: streams end at once, proxies lose nothing (F7, F10)."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from tests.e2e.test_metrics_of_processes import processes_of
from tests.support.clock import PATIENCE
from tests.support.command import RunningCommand, wait_until_ready
from tests.support.http import http_client
from tests.support.nginx import nginx
from tests.support.promises import is_within
from tests.support.servers import free_port
from tests.support.sockets import socket
from tests.support.two_servers import FLAGS, KEY, LIST, TOGGLE, TwoServers
from tests.support.waiting import until

EVENTS = "subscription ($after: String) { launchEvents(after: $after) { cursor __typename } }"
PAGE = """query ($after: String) { launchEvents(first: 100, after: $after) {
  nodes { cursor } pageInfo { hasNextPage } } }"""
HEAD = "{ launchEvents(first: 1, newestFirst: true) { nodes { cursor } } }"
DRAIN = 2.0
PAUSE = 0.02  # seconds between two requests: without it, three people take a core


@contextmanager
def server(site: TwoServers, port: int, **env: str) -> Iterator[RunningCommand]:
    """One more server of the site."""
    with site.launch.with_env(PORT=str(port), **env).running("serve") as running:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield running


@asynccontextmanager
async def event_stream(port: int, token: str, path: str) -> AsyncIterator[httpx2.Response]:
    """Server-sent events of the graph, or of OFREP."""
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    url = f"http://127.0.0.1:{port}{path}"
    async with http_client() as client:
        request: dict[str, Any] = {"method": "GET"}
        if path == "/graphql":
            request = {"method": "POST", "json": {"query": FLAGS, "variables": {"keys": [KEY]}}}
        async with client.stream(url=url, headers=headers, **request) as answer:
            assert answer.status_code == 200
            yield answer


@pytest.mark.parametrize("drain", ["0", "0.5"])
async def test_sigterm_completes_streams_without_errors(site: TwoServers, drain: str) -> None:
    """F10: it took 5 s and left a traceback. Bodies end as HTTP has it, sockets with 1012."""
    token, port = await site.log_in(), free_port()
    with server(site, port, DRAIN_SECONDS=drain) as running:
        async with (
            event_stream(port, token, "/graphql") as graph,
            event_stream(port, token, "/ofrep/v1/events") as ofrep,
            socket(f"127.0.0.1:{port}", token) as polite,
        ):
            stream = await polite.subscribe(FLAGS, keys=[KEY])
            await stream.next()
            texts = [graph.aiter_text(), ofrep.aiter_text()]
            begun = [await anext(text) for text in texts]
            ending = asyncio.create_task(asyncio.to_thread(running.end, signal.SIGTERM))
            # Raises where a body breaks off.
            rest = ["".join([part async for part in text]) for text in texts]
            async with asyncio.timeout(PATIENCE):
                await polite.connection.wait_closed()
            took = await ending
    assert "event: next" in begun[0] + rest[0]
    assert "event: complete" not in rest[0]  # the operation is not over: clients come back
    assert polite.connection.close_code == 1012
    assert is_within(3, took - float(drain))
    assert running.process.returncode in (0, -signal.SIGTERM)
    for word in ("Traceback", "ERROR", "error", "Cancel"):
        assert word not in running.output, running.output


async def test_readiness_fails_first_and_the_listener_closes_later(site: TwoServers) -> None:
    """F7: a load balancer has the time of DRAIN_SECONDS to look elsewhere."""
    port = free_port()
    async with http_client() as client:
        with server(site, port, DRAIN_SECONDS="2") as running:
            url = f"http://127.0.0.1:{port}"
            kept = await client.get(f"{url}/healthz")
            assert kept.headers.get("connection") != "close"
            ending = asyncio.create_task(asyncio.to_thread(running.end, signal.SIGTERM))
            begin = time.monotonic()
            while (ready := await client.get(f"{url}/readyz")).status_code == 200:
                assert time.monotonic() - begin < PATIENCE
                await asyncio.sleep(0.02)
            assert ready.status_code == 503
            assert ready.json()["causes"] == {"process": "the process is about to stop"}
            answer = await site.ask(port, "{ viewerFlags { version } }")
            assert answer["data"] is not None
            assert (await client.get(f"{url}/healthz")).headers["connection"] == "close"
            took = await ending
    assert took >= 2


async def test_a_second_sigterm_or_an_interrupt_stops_at_once(site: TwoServers) -> None:
    for numbers in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGINT,)):
        with server(site, free_port(), DRAIN_SECONDS="600") as running:
            for number in numbers[:-1]:
                running.process.send_signal(number)
                await asyncio.to_thread(running.wait_for, "draining for 600 s")
            assert is_within(5, await asyncio.to_thread(running.end, numbers[-1]))


async def test_all_processes_of_a_port_stop_together_and_cleanly(site: TwoServers) -> None:
    token, port = await site.log_in(), free_port()
    launch = site.launch.with_env(DRAIN_SECONDS="0.5")
    with launch.running("serve", "--workers", "2", "--port", str(port)) as running:
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
        async with event_stream(port, token, "/graphql") as graph:
            text = graph.aiter_text()
            await anext(text)
            ending = asyncio.create_task(asyncio.to_thread(running.end, signal.SIGTERM))
            assert "event: complete" not in "".join([part async for part in text])
            took = await ending
    assert is_within(6, took)
    for word in ("Traceback", "ERROR"):
        assert word not in running.output, running.output


async def test_a_hang_up_replaces_all_processes_of_a_port_one_by_one(site: TwoServers) -> None:
    """SIGHUP: no request fails, readiness stays, streams come back, nothing is left of the old."""
    token, port = await site.log_in(), free_port()
    with site.launch.running("serve", "--workers", "2", "--port", str(port)) as running:
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
        before = {child.pid for child in processes_of(running)}
        people = [Traffic(site, port, token) for _ in range(3)]
        traffic = asyncio.gather(*(person.ask(change=False) for person in people))
        async with event_stream(port, token, "/graphql") as graph:
            text = graph.aiter_text()
            await anext(text)
            running.process.send_signal(signal.SIGHUP)
            rest = "".join([part async for part in text])  # raises where the body breaks off
        await asyncio.to_thread(running.wait_for, "all processes were replaced")
        for person in people:
            person.stop()
        await traffic
        after = {child.pid for child in processes_of(running)}
        assert (len(before), len(after), before & after) == (2, 2, set())
        await asyncio.to_thread(running.end, signal.SIGTERM)
    assert "event: complete" not in rest
    assert [person.failures for person in people] == [[], [], []]
    assert all(person.answered for person in people)
    until_then = running.output.partition("all processes were replaced")[0]
    for word in ("Traceback", "ERROR", "draining"):
        assert word not in until_then, until_then


async def test_a_hang_up_of_a_process_alone_drains_it(site: TwoServers) -> None:
    """It has no successor: a terminal that closes ends it as SIGTERM does."""
    with server(site, free_port(), DRAIN_SECONDS="0.5") as running:
        await asyncio.to_thread(running.end, signal.SIGHUP)
    assert "draining for 0.5 s" in running.output
    assert running.process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in running.output


class Traffic:
    """People at the proxy: whatever is not answered well is a failure."""

    def __init__(self, site: TwoServers, port: int, token: str) -> None:
        self.failures: list[str] = []
        self.answered = 0
        self._site, self._port, self._token = site, port, token
        self._stop = asyncio.Event()

    def stop(self) -> None:
        self._stop.set()

    async def ask(self, *, change: bool) -> None:
        """One after another over a connection that is kept; a change is never sent twice."""
        headers = {"authorization": f"Bearer {self._token}"}
        async with http_client(headers=headers) as client:
            on = False
            while not self._stop.is_set():
                on = not on
                body = {"query": TOGGLE, "variables": {"key": KEY, "on": on}}
                await self._one(client, body if change else {"query": LIST})
                await asyncio.sleep(PAUSE)

    async def _one(self, client: httpx2.AsyncClient, body: object) -> None:
        try:
            answer = await client.post(f"http://127.0.0.1:{self._port}/graphql", json=body)
        except httpx2.HTTPError as error:
            self.failures.append(repr(error))
            return
        self.answered += 1
        if answer.status_code != 200 or "errors" in answer.json():
            self.failures.append(f"{answer.status_code} {answer.text[:200]}")

    async def follow(self, after: str, seen: list[str]) -> None:
        """Every event, over sockets that are opened again where they are closed."""
        while not self._stop.is_set():
            with suppress(ConnectionClosed, TimeoutError, AssertionError, OSError):
                async with socket(f"127.0.0.1:{self._port}", self._token) as near:
                    stream = await near.subscribe(EVENTS, after=seen[-1] if seen else after)
                    while not self._stop.is_set():
                        event = (await stream.next(1.0))["launchEvents"]
                        seen.append(event["cursor"])


async def cursors(site: TwoServers, port: int, token: str, after: str) -> list[str]:
    """All events of the log behind a cursor."""
    seen: list[str] = []
    while True:
        page = await site.ask(port, PAGE, token, after=seen[-1] if seen else after)
        part = page["data"]["launchEvents"]
        seen += [node["cursor"] for node in part["nodes"]]
        if not part["pageInfo"]["hasNextPage"]:
            return seen


@pytest.mark.needs("nginx -v")
async def test_a_rolling_restart_behind_nginx_fails_no_request_and_misses_no_event(
    site: TwoServers, tmp_path: Path
) -> None:
    """F7: it gave 17 times 502 of 940 requests."""
    token, ports = await site.log_in(), [free_port(), free_port()]
    head = await site.ask(site.ports[0], HEAD, token)
    after = head["data"]["launchEvents"]["nodes"][0]["cursor"]
    seen: list[str] = []
    with ExitStack() as stack:
        running = {
            port: stack.enter_context(server(site, port, DRAIN_SECONDS=str(DRAIN)))
            for port in ports
        }
        front = stack.enter_context(nginx(tmp_path, ports))
        traffic = Traffic(site, front, token)
        people = [asyncio.create_task(traffic.ask(change=turn == 0)) for turn in range(6)]
        people.append(asyncio.create_task(traffic.follow(after, seen)))
        for _ in range(2):
            for port in ports:
                await asyncio.to_thread(running[port].end, signal.SIGTERM)
                running[port] = stack.enter_context(server(site, port, DRAIN_SECONDS=str(DRAIN)))
                await asyncio.sleep(0.5)
        expected = await cursors(site, site.ports[0], token, after)

        async def has_seen_all() -> bool:
            return set(expected) <= set(seen)

        await until(has_seen_all)
        traffic.stop()
        await asyncio.gather(*people)
    assert traffic.failures == [], (tmp_path / "error.log").read_text()
    assert traffic.answered > 100
    assert seen[: len(expected)] == expected
