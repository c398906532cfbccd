"""A toggle and everybody who listens: over one process, and from one process to another."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench.client import Client, checked
from bench.crowd import Crowd, crowd
from bench.figures import Figure, figure
from bench.launches import FLAGS, TOGGLE, admin, flag_key, make_flags
from bench.listeners import Wish
from bench.run import Run
from bench.stack import Process, Stack

_ONE_FLAG = f'subscription {{ featureFlags(keys: ["{flag_key(0)}"]) {{ key enabled version }} }}'
VIEWER = """
subscription ($device: String) {
  viewerFlags(deviceId: $device) { version etag flags { key value } }
}
"""
_REST = 0.5  # seconds between two toggles
_LIMIT = 1_000.0


@dataclass(frozen=True, slots=True)
class Stream:
    """What the sockets listen to. `flags`: how many exist, and so how long its messages are.

    `split`: whether some are for a share of the users, so that not all see the same.
    """

    name: str
    document: str
    flags: int
    split: bool = True
    needs_token: bool = False


OPERATORS = Stream("featureFlags, one flag", _ONE_FLAG, 1, needs_token=True)
SMALL = Stream("viewerFlags of 20, some 30 views", VIEWER, 20)
ALIKE = Stream(f"viewerFlags of {FLAGS}, one view", VIEWER, FLAGS, split=False)
OWN = Stream(f"viewerFlags of {FLAGS}, a view each", VIEWER, FLAGS)


def sockets(run: Run) -> Iterable[Figure]:
    """1,000 and 3,000 sockets on one process."""
    chosen = ((SMALL, 1_000), (SMALL, 3_000), (ALIKE, 1_000), (OWN, 1_000), (OPERATORS, 1_000))
    for stream, many in chosen:
        with run.stack() as stack:
            server = stack.serve()
            yield from _one_process(run, stack, server, stream, run.some(many))


def processes(run: Run) -> Iterable[Figure]:
    """A toggle made in one process, heard by sockets of another."""
    with run.stack() as stack:
        asked, other = stack.serve(), stack.serve()
        wish = _wish(run, stack, other, SMALL, run.some(100))
        with admin(stack, asked) as client:
            make_flags(client, SMALL.flags)
            with crowd(wish) as listeners:
                waits, _ = _toggle_rounds(run, client, listeners, other, rounds=20)
    name = f"from one process to {listeners.size} sockets of another"
    yield figure(name, "ms", waits, limit=_LIMIT, judged="p99")


def _one_process(
    run: Run, stack: Stack, server: Process, stream: Stream, many: int
) -> Iterable[Figure]:
    wish = _wish(run, stack, server, stream, many)
    with admin(stack, server) as client:
        make_flags(client, stream.flags, split=stream.split)
        empty = server.rss()
        run.tell(f"{stream.name}: opening {many} sockets")
        with crowd(wish) as listeners:
            each = (server.rss() - empty) / many / 1024
            run.tell(f"{stream.name}: {many} sockets")
            waits, costs = _toggle_rounds(run, client, listeners, server, rounds=10)
    name = f"{stream.name}, {many:,} sockets"
    yield figure(name, "ms", waits, limit=_LIMIT, judged="p99")
    yield figure("  CPU of the server a message", "µs", [cost / many * 1e6 for cost in costs])
    yield figure("  memory of the server a socket", "KiB", [each])
    yield figure("  opened, with snapshot, a second", "1/s", [many / listeners.opened])


def _wish(run: Run, stack: Stack, server: Process, stream: Stream, many: int) -> Wish:
    token = None
    if stream.needs_token:
        token = stack.launch("token", "create", "listeners", "--scope", "flags:read")
    return Wish(server.port, many, stream.document, token, run.cores.rest)


def _toggle_rounds(
    run: Run, client: Client, listeners: Crowd, server: Process, *, rounds: int
) -> tuple[list[float], list[float]]:
    """Milliseconds from the request of a toggle to each socket, and seconds of CPU a round."""
    waits, costs = [], []
    for number in range(max(3, run.some(rounds))):
        wish = {"key": flag_key(0), "enabled": number % 2 == 1}
        request = client.operation(TOGGLE, input=wish)
        listeners.arm()
        before, begin = server.cpu_seconds(), time.monotonic()
        checked(client.send(request)[1])
        waits += [(moment - begin) * 1e3 for moment in listeners.heard()]
        time.sleep(_REST)
        costs.append(server.cpu_seconds() - before)
    return waits, costs
