"""Memory of the processes at rest."""

import time
from collections.abc import Iterable

from bench.client import Client
from bench.figures import Figure, figure
from bench.launches import admin_token, make_flags
from bench.run import Run

_LIMIT = 150.0  # MB, as 10^6 bytes
_LIST = "{ featureFlags(first: 50) { nodes { key enabled version } } }"


def measure(run: Run) -> Iterable[Figure]:
    """After the start, and after some work."""
    with run.stack() as stack:
        server, worker = stack.serve(), stack.worker()
        run.tell("waiting until they rest")
        time.sleep(2 if run.quick else 15)
        megabytes = [process.rss() / 1e6 for process in (server, worker)]
        with Client(server.port, admin_token(stack)) as client:
            make_flags(client, run.some(50))
            request = client.operation(_LIST)
            for _ in range(run.some(1_000)):
                client.send(request)
        worked = server.rss() / 1e6
    yield figure("server, at rest", "MB", megabytes[:1], limit=_LIMIT)
    yield figure("worker, at rest", "MB", megabytes[1:], limit=_LIMIT)
    yield figure("server, after 1,000 requests", "MB", [worked])
