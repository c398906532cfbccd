"""One tick of the guards: every criterion of every live phase is read and judged (X1)."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import uvloop

from bench.client import Client
from bench.figures import Figure, figure
from bench.launches import CREATE_PHASE, admin, make_flags
from bench.rollback import ACTIVATE
from bench.run import Run
from db.session import Database
from services.metrics.metric_probe import MetricReader
from services.phases.criteria import judge_phases

_PLATFORMS = ("WEDSYNC", "WEDME")  # each has one live phase at most
_CRITERIA = 50  # of one phase at most: together as many as ten phases with ten
_LIMIT = 500.0  # milliseconds of CPU
_ONCE_MORE = timedelta(0)  # judged anew, however short the last time is ago
_RECORD = """
mutation ($samples: [MetricSampleInput!]!) {
  recordSamples(samples: $samples) { errors { message } }
}
"""


def measure(run: Run) -> Iterable[Figure]:
    """The tick of a worker, without its pause."""
    with run.stack() as stack, admin(stack, stack.serve()) as client:
        run.tell(f"making live phases with {_CRITERIA} criteria each")
        keys = make_flags(client, len(_PLATFORMS), split=False)
        for platform, key in zip(_PLATFORMS, keys, strict=True):
            _go_live(client, platform, key)
        run.tell("ticks")
        costs, waits = uvloop.run(_ticks(stack.env["DATABASE_URL"], run.some(20)))
    name = f"a tick of {len(_PLATFORMS)} phases with {_CRITERIA} criteria each, CPU"
    yield figure(name, "ms", costs, limit=_LIMIT)
    yield figure("  from its begin to its end", "ms", waits)


def _go_live(client: Client, platform: str, flag: str) -> None:
    sent = {
        "key": f"bench_{platform.lower()}",
        "name": platform,
        "platforms": [platform],
        "flags": [{"flagKey": flag}],
        "successCriteria": [_criterion(platform, index) for index in range(_CRITERIA)],
    }
    phase = client.data(CREATE_PHASE, input=sent)["createLaunchPhase"]["phase"]["id"]
    client.data(ACTIVATE, id=phase)
    samples = [
        {"name": _metric(platform, index), "value": value}
        for index in range(_CRITERIA)
        for value in range(10)
    ]
    client.data(_RECORD, samples=samples)


def _metric(platform: str, index: int) -> str:
    return f"custom.{platform.lower()}_{index}"


def _criterion(platform: str, index: int) -> dict[str, object]:
    return {
        "key": f"criterion_{index}",
        "metric": _metric(platform, index),
        "aggregation": "AVG",
        "windowSeconds": 300,
        "comparator": "LT",
        "threshold": 1_000.0,
        "minSamples": 5,
        "action": "ROLLBACK",
    }


async def _ticks(url: str, count: int) -> tuple[Sequence[float], Sequence[float]]:
    """Milliseconds of CPU of this process, and of time, of each but the first."""
    db = Database(url, clock=lambda: datetime.now(UTC))
    costs, waits = list[float](), list[float]()
    for _ in range(count + 1):
        used, begin = time.process_time(), time.perf_counter()
        await judge_phases(db, MetricReader(db), _ONCE_MORE)
        costs.append((time.process_time() - used) * 1e3)
        waits.append((time.perf_counter() - begin) * 1e3)
    with suppress(asyncio.CancelledError):
        await db.dispose()
    return costs[1:], waits[1:]
