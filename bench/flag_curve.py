"""What a request costs over 20, 200 and 2,000 flags: all of a visitor's, and a page of a list."""

from collections.abc import Iterable

from bench.client import Client, checked
from bench.figures import Figure, figure
from bench.launches import admin, make_flags
from bench.queries import VIEWER_FLAGS
from bench.run import Run
from bench.stack import Process

_SIZES = (20, 200, 2_000)
_PAGE = "{ featureFlags(first: 20) { nodes { key name } } }"


def measure(run: Run) -> Iterable[Figure]:
    """All flags should cost as much as they are, a page the same whatever there is."""
    with run.stack() as stack:
        server, before = stack.serve(), 0
        with admin(stack, server) as client:
            for many in (run.some(size) for size in _SIZES):
                run.tell(f"making {many} flags")
                make_flags(client, many, begin=before)
                before = many
                yield _cost(server, client, f"viewerFlags of {many:,}", _visitors(run, client))
                yield _cost(server, client, f"20 of {many:,} flags", _pages(run, client))


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
