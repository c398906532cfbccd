"""Changes of different flags at once, as many as the server takes (PERF2)."""

import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from bench.client import Client, checked
from bench.figures import Figure, figure
from bench.launches import FLAGS, TOGGLE, admin, make_flags
from bench.run import Run
from bench.stack import Process, Stack

_SECONDS = 10.0
_CLIENTS = (1, 8)


def measure(run: Run) -> Iterable[Figure]:
    """Toggles over two processes that share the core of the server."""
    with run.stack() as stack:
        servers = [stack.serve(), stack.serve()]
        with admin(stack, servers[0]) as client:
            keys = make_flags(client, FLAGS)
        for many in _CLIENTS:
            run.tell(f"toggles by {many} clients")
            yield from _toggles(run, stack, servers, keys, many)


def _toggles(
    run: Run, stack: Stack, servers: Sequence[Process], keys: Sequence[str], many: int
) -> Iterable[Figure]:
    seconds = _SECONDS / (5 if run.quick else 1)
    waits: list[list[float]] = [[] for _ in range(many)]
    shares = [keys[index::many] for index in range(many)]
    with ExitStack() as stays:
        clients = [
            stays.enter_context(admin(stack, servers[index % len(servers)]))
            for index in range(many)
        ]
        for client, share in zip(clients, shares, strict=True):
            _toggle(client, share, 0.5, [])  # what is slow the first time
        before = sum(server.cpu_seconds() for server in servers)
        begin = time.monotonic()
        threads = [
            threading.Thread(target=_toggle, args=(client, share, seconds, thread_waits))
            for client, share, thread_waits in zip(clients, shares, waits, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    spent = time.monotonic() - begin
    used = sum(server.cpu_seconds() for server in servers) - before
    done = [wait for thread_waits in waits for wait in thread_waits]
    name = "client" if many == 1 else "clients"
    yield figure(f"toggles a second, {many} {name}", "1/s", [len(done) / spent])
    judged = 60.0 if many > 1 else None
    yield figure("  from request to reply", "ms", done, limit=judged, judged="p99")
    yield figure("  CPU of the servers each", "ms", [used / len(done) * 1e3], limit=3.0)


def _toggle(client: Client, keys: Sequence[str], seconds: float, waits: list[float]) -> None:
    """One after the other until the time is over; adds the milliseconds of each."""
    number, until = 0, time.monotonic() + seconds
    while (begin := time.monotonic()) < until:
        command = {"key": keys[number % len(keys)], "enabled": number // len(keys) % 2 == 0}
        checked(client.send(client.operation(TOGGLE, input=command))[1])
        waits.append((time.monotonic() - begin) * 1e3)
        number += 1
