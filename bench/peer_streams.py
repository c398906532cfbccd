"""A change through Valkey to 3,000 sockets: ours, mercurius, graphql-ws, Bun.

Bun publishes one identical message in native code, without GraphQL: the floor of a fan-out.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator

from redis import Redis

from bench.client import checked
from bench.crowd import Crowd, crowd
from bench.figures import Figure, figure, ratio
from bench.launches import TOGGLE, admin, flag_key, make_flags
from bench.listeners import ListenCommand
from bench.peers import bun, installed
from bench.run import Run
from bench.stack import NODE, Process
from bench.streams import VIEWER

_SOCKETS = 3_000
_FLAGS = 20
_ROUNDS = 20
_REST = 0.5  # two changes a second
_REST_SECONDS = 10
_CHANNEL = "bench:flags"


def measure(run: Run) -> Iterable[Figure]:
    """Each with the same document, the same length of a message and the same clients."""
    folder, many = installed(run.tell), run.some(_SOCKETS)
    own_figures = list(_own_figures(run, many))
    yield from own_figures
    programs = {"mercurius": NODE, "graphql-ws": NODE, "bun": bun(folder)}
    for name, program in programs.items():
        if program is None:
            run.tell(f"{name}: there is none for this machine")
            continue
        with run.stack() as stack:
            snapshot = {"SNAPSHOT": json.dumps(_message(0))}
            server = stack.peer(name, folder, snapshot, program)
            redis = Redis.from_url(stack.env["REDIS_URL"])

            def change(number: int, redis: Redis = redis) -> None:
                redis.publish(_CHANNEL, json.dumps(_message(number)))

            with crowd(ListenCommand(server.port, many, VIEWER, core=run.cores.rest)) as listeners:
                peer_figures = list(_measure_server(run, name, listeners, server, change))
            yield from peer_figures
            yield ratio(f"  {name}'s p99 / ours", peer_figures[0].p99, own_figures[0].p99)
            yield ratio(f"  {name}'s CPU / ours", peer_figures[1].p50, own_figures[1].p50)


def _own_figures(run: Run, many: int) -> Iterator[Figure]:
    """The change is made in another process, so that it too comes through Valkey."""
    with run.stack() as stack:
        author, server = stack.serve(), stack.serve()
        with admin(stack, author) as client:
            make_flags(client, _FLAGS)

            def change(number: int) -> None:
                command = {"key": flag_key(0), "enabled": number % 2 == 1}
                checked(client.send(client.operation(TOGGLE, input=command))[1])

            empty = server.rss()
            with crowd(ListenCommand(server.port, many, VIEWER, core=run.cores.rest)) as listeners:
                each = (server.rss() - empty) / many / 1024
                yield from _measure_server(run, "launch", listeners, server, change)
                yield figure("  memory of the server a socket", "KiB", [each])


def _measure_server(
    run: Run, name: str, listeners: Crowd, server: Process, change: Callable[[int], None]
) -> Iterator[Figure]:
    waits: list[float] = []
    costs: list[float] = []
    own: list[float] = []
    run.tell(f"{name}: {listeners.size} sockets, at rest")
    at_rest = _at_rest(server, run.some(_REST_SECONDS))
    for number in range(run.some(_ROUNDS)):
        run.tell(f"{name}: {listeners.size} sockets, change {number + 1}")
        listeners.arm()
        before, begin = server.cpu_seconds(), time.monotonic()
        change(number)
        waits += [(moment - begin) * 1e3 for moment in listeners.heard()]
        time.sleep(_REST)
        used, seconds = server.cpu_seconds() - before, time.monotonic() - begin
        costs.append(used / listeners.size * 1e6)
        own.append((used - seconds * at_rest) / listeners.size * 1e6)
    yield figure(f"{name}, {listeners.size:,} sockets", "ms", waits)
    yield figure("  its CPU a message", "µs", costs)
    yield figure("  without that of its rest: pings to each socket", "µs", own)


def _at_rest(server: Process, seconds: float) -> float:
    """The share of a core that it takes while nothing changes."""
    before, begin = server.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    return (server.cpu_seconds() - before) / (time.monotonic() - begin)


def _message(number: int) -> dict[str, object]:
    """As long as ours."""
    flags = [{"key": flag_key(index), "value": index > 0} for index in range(_FLAGS)]
    flags[0]["value"] = number % 2 == 1
    return {"version": 1_000 + number, "etag": f"{number:016x}", "flags": flags}
