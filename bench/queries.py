"""Lists of 200 flags over HTTP, one request at a time: what operators and what apps ask for."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench.client import Client, checked, get
from bench.figures import Figure, figure
from bench.launches import FLAGS, admin_token, make_flags
from bench.run import Run
from bench.stack import Process

# A page has 100 at most, so 200 flags are two pages; one document asks for both.
_FIELDS = "key name enabled rolloutPercentage targetGroups clientVisible version updatedAt"
CURSOR = "{ featureFlags(first: 100) { pageInfo { endCursor } } }"
FLAG_LIST = f"""
query ($after: String) {{
  one: featureFlags(first: 100) {{ nodes {{ {_FIELDS} }} }}
  two: featureFlags(first: 100, after: $after) {{ nodes {{ {_FIELDS} }} }}
}}
"""
VIEWER_FLAGS = """
query ($device: String) {
  viewerFlags(deviceId: $device) { version etag flags { key value reason } }
}
"""
_CONNECTIONS = 8


def flag_list(run: Run) -> Iterable[Figure]:
    """`featureFlags` as an admin with a token."""
    with run.stack() as stack:
        server, token = stack.serve(), admin_token(stack)
        _prepare(run, server, token)
        with Client(server.port, token) as client:
            cursor = client.data(CURSOR)["featureFlags"]["pageInfo"]["endCursor"]
            request = client.operation(FLAG_LIST, after=cursor)
            pages = checked(client.send(request)[1])
            assert sum(len(page["nodes"]) for page in pages.values()) == FLAGS
            name = f"featureFlags, {FLAGS} flags of 8 fields"
            yield from _timed(run, server, client, name, request, limit=25.0)
            run.tell(f"{name}: worked out each time")
            anew = [client.anew(FLAG_LIST, after=cursor) for _ in range(run.some(300))]
            trips = [client.send(request)[0] * 1e3 for request in anew]
            yield figure("  worked out each time", "ms", trips, limit=25.0)


def viewer_flags(run: Run) -> Iterable[Figure]:
    """`viewerFlags` as a visitor with a device id, and with a token that is looked up."""
    with run.stack() as stack:
        server, token = stack.serve(), admin_token(stack)
        _prepare(run, server, token)
        for caller, credential in (("visitor", None), ("with a token", token)):
            with Client(server.port, credential) as client:
                request = client.operation(VIEWER_FLAGS, device="device-1")
                flags = checked(client.send(request)[1])["viewerFlags"]["flags"]
                assert len(flags) == FLAGS
                name = f"viewerFlags, {FLAGS} flags, {caller}"
                yield from _timed(run, server, client, name, request, limit=3.0)


def _prepare(run: Run, server: Process, token: str) -> None:
    run.tell(f"making {FLAGS} flags")
    with Client(server.port, token) as client:
        make_flags(client, FLAGS)


def _timed(
    run: Run, server: Process, client: Client, name: str, request: bytes, *, limit: float
) -> Iterable[Figure]:
    """Round trips and processor time of one request after the other, then many at once."""
    ping = get("/healthz")
    for _ in range(run.some(200)):
        client.send(request)
        client.send(ping)
    run.tell(f"{name}: one at a time")
    pings = [client.send(ping)[0] * 1e3 for _ in range(run.some(500))]
    count, before = run.some(1_000), server.cpu_seconds()
    trips = [client.send(request)[0] * 1e3 for _ in range(count)]
    used = (server.cpu_seconds() - before) / count * 1e3
    overhead = figure("", "ms", pings).p50
    yield figure(name, "ms", [max(0.0, trip - overhead) for trip in trips], limit=limit)
    yield figure("  its CPU in the server process", "ms", [used])
    yield figure("  taken off: a round trip of /healthz", "ms", pings)
    run.tell(f"{name}: {_CONNECTIONS} connections")
    yield figure("  requests a second, 8 connections", "1/s", _rates(run, server, request))


def _rates(run: Run, server: Process, request: bytes) -> list[float]:
    """Requests a second in some windows; threads do, for they only wait."""
    each = run.some(60)
    rates = []
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(_CONNECTIONS))
        clients = [stack.enter_context(Client(server.port)) for _ in range(_CONNECTIONS)]
        for _ in range(5):
            begin = time.perf_counter()
            list(pool.map(lambda client: [client.send(request) for _ in range(each)], clients))
            rates.append(_CONNECTIONS * each / (time.perf_counter() - begin))
    return rates
