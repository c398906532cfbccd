"""What happens around the operators: time, samples, ticks, jobs, and servers that come and go."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
from pgqueuer.errors import RetryRequested

from domain.health.health import CheckType, Outcome
from domain.metrics.metrics import MetricKind
from jobs.routing import RAMP
from services.metrics import metric_rollups
from services.metrics.metric_samples import Sample, record_samples
from services.phases import ramps
from services.phases.pacing import load_pacing_context
from tests.scenarios.operators import METRIC
from tests.scenarios.system import System

_QUEUE = "SELECT id, entrypoint, payload FROM pgqueuer WHERE status = 'queued' ORDER BY id"


async def samples(system: System, value: float, count: int, late_seconds: float) -> None:
    """So many samples of one value, some seconds after they were taken."""
    at = system.clock() - timedelta(seconds=late_seconds)
    async with system.db.write() as uow:
        await record_samples(uow, [Sample(METRIC, value, at=at)] * count)


async def declare(system: System, name: str, kind: str | None, unit: str, value: float) -> None:
    """A sample of a tool that says of which kind its metric is, and in which unit, or does not."""
    sample = Sample(name, value, unit=unit, kind=MetricKind(kind) if kind else None)
    async with system.db.write() as uow:
        await record_samples(uow, [sample])


async def verify(system: System) -> None:
    """Somebody looks where the moves of the phases are in force."""
    await system.verify()


async def tick(system: System) -> None:
    """What the worker does every 30 s, at whatever time it is."""
    await system.tick()


async def tick_twice(system: System) -> None:
    """Two workers that both believe it is their turn."""
    await system.tick()
    await system.tick()


async def sweep(system: System) -> None:
    """The ramps alone, before anything was judged."""
    await ramps.sweep(system.worker, await load_pacing_context(system.monitor, system.settings))


async def fold(system: System) -> None:
    """Samples become rollups."""
    await metric_rollups.roll_recent(system.worker)
    await metric_rollups.roll_late(system.worker)


async def work(system: System, newest_first: bool, keep: bool) -> None:
    """The jobs that are due; those that are kept run again, as after a worker that died late."""
    rows = await system.ground.observer.fetch(_QUEUE)
    for row in reversed(rows) if newest_first else rows:
        if not _is_due(row, system.clock()):
            continue
        with suppress(RetryRequested):
            await system.handle(row["entrypoint"], json.loads(row["payload"]))
        if not keep:
            await system.ground.observer.execute("DELETE FROM pgqueuer WHERE id = $1", row["id"])


async def watchdog(system: System) -> None:
    """One look of the watch over the health checks."""
    await system.watchdog.check()


async def set_health(system: System, check: str, good: bool) -> None:
    """From the next check on."""
    system.probes[CheckType(check)].outcome = Outcome.PASSED if good else Outcome.FAILED


async def poll(system: System, number: int) -> None:
    """The loops of one process have their turn."""
    await system.processes[number].poll()


async def start_process(system: System, number: int) -> None:
    """It starts with whatever is there."""
    await system.start_process(number)


async def lose_process(system: System, number: int) -> None:
    """It is gone."""
    await system.lose_process(number)


async def empty_redis(system: System) -> None:
    """The cache restarts without its data."""
    await system.empty_redis()


async def lose_database(system: System) -> None:
    """It ends all connections and accepts none."""
    await system.ground.shut_out()
    system.database_away = True


async def regain_database(system: System) -> None:
    """It is back."""
    await system.ground.let_in()
    system.database_away = False


async def sql(system: System, statement: str) -> None:
    """Somebody with a console changes rows: only tests of the model do so."""
    await system.ground.observer.execute(statement)


STEPS: Mapping[str, Callable[..., Awaitable[None]]] = {
    function.__name__: function
    for function in (
        samples,
        declare,
        verify,
        tick,
        tick_twice,
        sweep,
        fold,
        work,
        watchdog,
        set_health,
        poll,
        start_process,
        lose_process,
        empty_redis,
        lose_database,
        regain_database,
        sql,
    )
}


def _is_due(row: asyncpg.Record, now: datetime) -> bool:
    """The queue's own times are those of the database; a ramp says by our clock when it is due."""
    if row["entrypoint"] != RAMP:
        return True
    return datetime.fromisoformat(json.loads(row["payload"])["due"]) <= now
