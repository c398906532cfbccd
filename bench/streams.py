"""A toggle and everybody who listens: over one process, and from one process to another."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.client import Client, checked
from bench.crowd import Crowd, crowd
from bench.figures import Figure, figure
from bench.launches import FLAGS, TOGGLE, admin, flag_key, make_flags, make_phase
from bench.listeners import ListenCommand
from bench.rollback import ACTIVATE, RESOLVE, ROLL_BACK
from bench.run import Run
from bench.stack import Process, Stack

_ONE_FLAG = f'subscription {{ featureFlags(keys: ["{flag_key(0)}"]) {{ key enabled version }} }}'
VIEWER = """
subscription ($device: String) {
  viewerFlags(deviceId: $device) { version etag flags { key value } }
}
"""
_REST = 0.5  # seconds between two toggles
_SETTLED = 20.0  # seconds after which viewers have been there for a while
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
    """100 to 3,000 sockets on one process."""
    sizes = [(SMALL, many) for many in (100, 1_000, 3_000)]
    other_sizes = [(stream, 1_000) for stream in (ALIKE, OWN, OPERATORS)]
    for stream, many in (*sizes, *other_sizes):
        with run.stack() as stack:
            server = stack.serve()
            yield from _one_process(run, stack, server, stream, run.some(many))


def processes(run: Run) -> Iterable[Figure]:
    """Toggles and rollbacks that the sockets of two processes hear (S107, S108)."""
    with run.stack() as stack:
        yield from _rollbacks(run, stack, run.some(3_000), 500.0)
    for many, limit in ((3_000, 500.0), (10_000, _LIMIT)):
        with run.stack() as stack:
            yield _two_processes(run, stack, run.some(many), limit)


def _two_processes(run: Run, stack: Stack, many: int, limit: float) -> Figure:
    """Half of the sockets hear it from the process that makes the change, half through Valkey."""
    changing, other = stack.serve(), stack.serve()
    half = many // 2
    with admin(stack, changing) as client:
        make_flags(client, SMALL.flags)
        run.tell(f"opening {2 * half} sockets over two processes")
        near, far = (
            _listen_command(run, stack, server, SMALL, half) for server in (changing, other)
        )
        with crowd(near) as first, crowd(far) as second:
            waits, _ = _toggle_rounds(run, client, (first, second), changing, rounds=8)
    name = f"{2 * half:,} sockets over two processes"
    return figure(name, "ms", waits, limit=limit, judged="p99")


def _rollbacks(run: Run, stack: Stack, many: int, limit: float) -> Iterable[Figure]:
    """A phase with all flags at 50 % goes live, after which each viewer sees its own, and back."""
    changing, other = stack.serve(), stack.serve()
    half = many // 2
    with admin(stack, changing) as client:
        phase = make_phase(client, make_flags(client, FLAGS, dark=True), target=50.0)
        run.tell(f"opening {2 * half} sockets with {FLAGS} flags over two processes")
        near, far = (_listen_command(run, stack, server, OWN, half) for server in (changing, other))
        with crowd(near) as first, crowd(far) as second:
            time.sleep(_SETTLED)
            waits: dict[str, list[float]] = {ACTIVATE: [], ROLL_BACK: []}
            for number in range(max(2, run.some(8))):
                run.tell(f"rollback {number + 1}")
                for document in (ACTIVATE, ROLL_BACK):
                    request = client.operation(document, id=phase, mode="DISABLE_ALL")
                    body, heard = _measure_change(client, request, (first, second))
                    waits[document] += heard
                    time.sleep(4 * _REST)
                client.data(RESOLVE, id=body["rollbackLaunchPhase"]["incident"]["id"])
    name = f"rollback of {FLAGS} flags, {2 * half:,} viewers over two processes"
    yield figure(name, "ms", waits[ROLL_BACK], limit=limit, judged="p99")
    activated = waits[ACTIVATE]
    yield figure("  the activation before it", "ms", activated, limit=limit, judged="high")


def _measure_change(
    client: Client, request: bytes, crowds: Sequence[Crowd]
) -> tuple[Any, list[float]]:
    """The answer, and milliseconds from the request to each socket."""
    for listeners in crowds:
        listeners.arm()
    begin = time.monotonic()
    body = checked(client.send(request)[1])
    return body, [(at - begin) * 1e3 for listeners in crowds for at in listeners.heard()]


def _one_process(
    run: Run, stack: Stack, server: Process, stream: Stream, many: int
) -> Iterable[Figure]:
    command = _listen_command(run, stack, server, stream, many)
    with admin(stack, server) as client:
        make_flags(client, stream.flags, split=stream.split)
        empty = server.rss()
        run.tell(f"{stream.name}: opening {many} sockets")
        with crowd(command) as listeners:
            each = (server.rss() - empty) / many / 1024
            run.tell(f"{stream.name}: {many} sockets")
            waits, costs = _toggle_rounds(run, client, (listeners,), server, rounds=8)
    name = f"{stream.name}, {many:,} sockets"
    yield figure(name, "ms", waits, limit=_LIMIT, judged="p99")
    yield figure("  CPU of the server a message", "µs", [cost / many * 1e6 for cost in costs])
    yield figure("  memory of the server a socket", "KiB", [each])
    yield figure("  opened, with snapshot, a second", "1/s", [many / listeners.opened])


def _listen_command(
    run: Run, stack: Stack, server: Process, stream: Stream, many: int
) -> ListenCommand:
    token = None
    if stream.needs_token:
        token = stack.launch("token", "create", "listeners", "--scope", "flags:read")
    return ListenCommand(server.port, many, stream.document, token, run.cores.rest)


def _toggle_rounds(
    run: Run, client: Client, crowds: Sequence[Crowd], server: Process, *, rounds: int
) -> tuple[list[float], list[float]]:
    """Milliseconds from the request of a toggle to each socket, and seconds of CPU a round."""
    waits, costs = [], []
    for number in range(max(3, run.some(rounds))):
        command = {"key": flag_key(0), "enabled": number % 2 == 1}
        before = server.cpu_seconds()
        waits += _measure_change(client, client.operation(TOGGLE, input=command), crowds)[1]
        time.sleep(_REST)
        costs.append(server.cpu_seconds() - before)
    return waits, costs
