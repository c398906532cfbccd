"""The event log alone: four processes write, some transactions stall, one reads (PERF2)."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TypedDict

import asyncpg

from bench.figures import Figure, figure
from bench.log_writers import Command
from bench.run import Run
from bench.stack import ROOT

PROCESSES = 4
RATE = 1_000.0  # events a second of all processes
STALL_SECONDS = 4.0
_LOOK_SECONDS = 0.002


class Output(TypedDict):
    """What a writer says at its end."""

    committed: list[tuple[int, float]]
    rolled_back: list[int]


_NEWS = "SELECT seq, id FROM launch_events WHERE seq > $1 ORDER BY seq"


@dataclass(slots=True)
class Seen:
    """What a reader of the log saw: when it saw each event, by its id."""

    moments: dict[int, float] = field(default_factory=dict)
    positions: list[int] = field(default_factory=list)
    doubled: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What the writers say. `committed`: when each of them was about to be committed."""

    committed: dict[int, float]
    rolled_back: frozenset[int]


def measure(run: Run) -> Iterable[Figure]:
    """Raises RuntimeError where an event was skipped, doubled or seen without a commit."""
    with run.stack() as stack:
        stack.serve()  # whose tail numbers what a writer left behind
        seconds = 12.0 if run.quick else 30.0
        run.tell(f"{PROCESSES} processes write for {seconds:g} s")
        command = Command(
            stack.env["DATABASE_URL"], RATE / PROCESSES, seconds, STALL_SECONDS, run.cores.rest
        )
        written, seen = asyncio.run(observed(command))
    problems = wrong(written, seen)
    if problems:
        raise RuntimeError("; ".join(problems))
    waits = [(seen.moments[key] - at) * 1e3 for key, at in written.committed.items()]
    moments = sorted(written.committed.values())
    rate = len(moments) / (moments[-1] - moments[0])
    yield figure("events a second that were committed", "1/s", [rate])
    yield figure("  from commit to a reader", "ms", waits, limit=100.0, judged="p99")
    yield figure("  rolled back, and never seen", "", [float(len(written.rolled_back))])


async def observed(command: Command, processes: int = PROCESSES) -> tuple[Written, Seen]:
    """Let processes write, and read the log from outside of them until it has all."""
    reader = await asyncpg.connect(command.url.replace("+asyncpg", ""))
    head = await reader.fetchval("SELECT seq FROM launch_event_counter")
    seen = Seen(positions=[head])
    ended = asyncio.Event()
    reading = asyncio.create_task(_read(reader, seen, ended))
    outputs = await asyncio.gather(*(asyncio.to_thread(_write, command) for _ in range(processes)))
    written = Written(
        {key: at for output in outputs for key, at in output["committed"]},
        frozenset(key for output in outputs for key in output["rolled_back"]),
    )
    await asyncio.sleep(1.5)  # a process that has nothing to do looks once a second
    ended.set()
    await reading
    await reader.close()
    return written, seen


def wrong(written: Written, seen: Seen) -> Sequence[str]:
    """What the log did that it must not do."""
    faults = {
        "skipped": len(written.committed.keys() - seen.moments.keys()),
        "doubled": seen.doubled,
        "seen though rolled back": len(written.rolled_back & seen.moments.keys()),
        "gaps": seen.positions[-1] - seen.positions[0] + 1 - len(seen.positions),
    }
    return [f"{count} {name}" for name, count in faults.items() if count]


async def _read(reader: asyncpg.Connection, seen: Seen, ended: asyncio.Event) -> None:
    while True:
        was_last = ended.is_set()
        for position, key in await reader.fetch(_NEWS, seen.positions[-1]):
            seen.doubled += key in seen.moments
            seen.moments[key] = time.monotonic()
            seen.positions.append(position)
        if was_last:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _write(command: Command) -> Output:
    done = subprocess.run(
        [sys.executable, "-m", "bench.log_writers"],
        input=json.dumps(asdict(command)) + "\n",
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    output: Output = json.loads(done.stdout)
    return output
