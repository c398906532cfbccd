"""How the flags of a rehearsal reach every process and its synthetic clients (X4, X5)."""

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from uuid import UUID

from redis.asyncio import Redis

from db.codecs import rehearsal_of
from db.queries import rehearsals as queries
from db.session import Database
from domain.flags.flags import BucketBy, EvaluationContext
from domain.phases.rehearsal import PEOPLE, Rehearsal
from domain.propagation.propagation import RESOLUTION_MS, Propagation, Start, merge
from domain.propagation.propagation_roster import roster
from services.flags.flag_sets import FlagSet
from services.flags.flag_views import FlagView, FlagViews
from services.platform.shared_clock import SharedClock
from services.propagation import propagation_state as board
from services.propagation.delivery_acks import Step, monotonic_ms
from services.propagation.propagation import AWAY

logger = logging.getLogger(__name__)

CLIENTS = 100
VERSION = 1
_CONTEXTS = [EvaluationContext({BucketBy.USER: name}) for name in PEOPLE[:CLIENTS]]


async def hear(db: Database, redis: Redis, process: str, run_id: UUID) -> None:
    """Load the rehearsal's flags, show them to the synthetic clients, and say so."""
    async with db.read() as session:
        row = await queries.find(session, run_id)
    state = rehearsal_of(row.rehearsal) if row is not None else None
    if state is None:
        return
    step = await _shown(state)
    try:
        offset = await shared_offset(redis)
        await board.add_receipt(redis, board.rehearsal_key(run_id), process, step, offset)
    except AWAY as error:
        logger.warning("a rehearsal was heard and could not be acknowledged: %r", error)


async def announce(redis: Redis, run_id: UUID, state: Rehearsal) -> None:
    """Say when the rollback of a rehearsal was committed; only the first who says it knows."""
    local, offset = monotonic_ms(), await shared_offset(redis)
    start = Start(state.rolled_back_at or state.started_at, local + offset)
    await board.set_start(redis, board.rehearsal_key(run_id), start)


async def measure(db: Database, redis: Redis, run_id: UUID, state: Rehearsal) -> Propagation:
    """How far the rollback of a rehearsal has come; raises RedisError or OSError."""
    found = await board.read_key(redis, board.rehearsal_key(run_id))
    start = found.starts.get(0) or Start(state.rolled_back_at or state.started_at)
    processes = [replace(process, streams=CLIENTS) for process in found.processes]
    who = roster(processes, start.ms, found.now_ms)
    return merge(VERSION, start, found.receipts, who, is_known=True, now=db.clock())


async def shared_offset(redis: Redis) -> int:
    """What to add to a local moment to have it on the clock that all share."""
    clock, before = SharedClock(), monotonic_ms()
    clock.note(before, await board.redis_time(redis), monotonic_ms())
    assert clock.offset is not None
    return clock.offset


async def _shown(state: Rehearsal) -> Step:
    """Every synthetic client goes from the flags of before to those of now, as in earnest."""
    views = FlagViews()
    old = FlagSet(1, {item.before.key: item.before for item in state.flags}, stale=False)
    new = FlagSet(2, {item.now.key: item.now for item in state.flags}, stale=False)
    clients = []
    for context in _CONTEXTS:
        clients.append(FlagView(context, old, views))
        await asyncio.sleep(0)  # real users go first
    served, delays = monotonic_ms(), Counter[int]()
    for client in clients:
        client.move_to(new)
        delays[(monotonic_ms() - served) // RESOLUTION_MS] += 1
        await asyncio.sleep(0)
    return Step(VERSION, served, len(clients), initial=False, delays=delays)
