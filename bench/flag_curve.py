"""What a request costs over 20, 200 and 2,000 flags: all of a visitor's, and a page of a list."""

import asyncio
import time
from collections.abc import Iterable

import asyncpg

from bench.client import Client, checked
from bench.figures import Figure, figure
from bench.launches import admin, make_flags
from bench.queries import VIEWER_FLAGS
from bench.run import Run
from bench.stack import Process, Stack

_SIZES = (20, 200, 2_000)
_PATTERNS = 4  # made through the API, one of each sort
_COPIES = """
INSERT INTO feature_flags (flag_key, flag_name, description, enabled, rollout_percentage,
                           target_groups, salt, created_at)
SELECT key, 'Flag ' || n, pattern.description, pattern.enabled, pattern.rollout_percentage,
       pattern.target_groups, key, now() + n * interval '1 microsecond'
FROM generate_series($1::int, $2::int - 1) AS n
CROSS JOIN LATERAL (SELECT 'bench_flag_' || lpad(n::text, 5, '0') AS key) AS named
JOIN feature_flags AS pattern ON pattern.flag_key = 'bench_flag_' || lpad((n % 4)::text, 5, '0')
"""
_PAGE = "{ featureFlags(first: 20) { nodes { key name } } }"


def measure(run: Run) -> Iterable[Figure]:
    """All flags should cost as much as they are, a page the same whatever there is."""
    with run.stack() as stack:
        server, before = stack.serve(), _PATTERNS
        with admin(stack, server) as client:
            make_flags(client, _PATTERNS)
            for many in (max(run.some(size), _PATTERNS) for size in _SIZES):
                run.tell(f"making {many} flags")
                _copy(stack, client, before, many)
                before = many
                yield _cost(server, client, f"viewerFlags of {many:,}", _visitors(run, client))
                yield _cost(server, client, f"20 of {many:,} flags", _pages(run, client))


def _copy(stack: Stack, client: Client, before: int, many: int) -> None:
    """By SQL; the server finds them within seconds, as it does after a restored backup."""
    asyncio.run(_run(stack.env["DATABASE_URL"], before, many))
    while len(client.data(VIEWER_FLAGS, device="one")["viewerFlags"]["flags"]) < many:
        time.sleep(0.2)


async def _run(url: str, before: int, many: int) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    try:
        await connection.execute(_COPIES, before, many)
    finally:
        await connection.close()


def _visitors(run: Run, client: Client) -> list[bytes]:
    """Each another one."""
    return [
        client.operation(VIEWER_FLAGS, device=f"device-{number}") for number in range(run.some(300))
    ]


def _pages(run: Run, client: Client) -> list[bytes]:
    """The same page each time: answers that are given again say nothing here."""
    return [client.anew(_PAGE) for _ in range(run.some(200))]


def _cost(server: Process, client: Client, name: str, requests: list[bytes]) -> Figure:
    checked(client.send(requests[0])[1])  # warms up
    before = server.cpu_seconds()
    for request in requests:
        client.send(request)
    used = (server.cpu_seconds() - before) / len(requests) * 1e3
    return figure(f"{name}: CPU a request", "ms", [used])
