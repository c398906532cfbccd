"""Delivers the flags of a rehearsal to every process and its synthetic clients (X4, X5)."""

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


async def deliver(db: Database, redis: Redis, process: str, run_id: UUID) -> None:
    """Load the rehearsal's flags, show them to the synthetic clients, and acknowledge that."""
    async with db.read() as session:
        row = await queries.find(session, run_id)
    state = rehearsal_of(row.rehearsal) if row is not None else None
    if state is None:
        return
    step = await _show_to_clients(state)
    try:
        offset = await shared_offset(redis)
        await board.add_receipt(redis, board.rehearsal_key(run_id), process, step, offset)
    except AWAY as error:
        logger.warning("rehearsals: the acknowledgement failed: %r", error)


async def announce(redis: Redis, run_id: UUID, state: Rehearsal) -> None:
    """Store when the rollback of a rehearsal was committed; only the first call is kept."""
    local, offset = monotonic_ms(), await shared_offset(redis)
    start = Start(state.rolled_back_at or state.started_at, local + offset)
    await board.set_start(redis, board.rehearsal_key(run_id), start)


async def measure(db: Database, redis: Redis, run_id: UUID, state: Rehearsal) -> Propagation:
    """Measure how far the rollback of a rehearsal has spread; raises RedisError or OSError."""
    state_of_run = await board.read_key(redis, board.rehearsal_key(run_id))
    start = state_of_run.starts.get(0) or Start(state.rolled_back_at or state.started_at)
    processes = [replace(process, streams=CLIENTS) for process in state_of_run.processes]
    who = roster(processes, start.ms, state_of_run.now_ms)
    return merge(VERSION, start, state_of_run.receipts, who, is_known=True, now=db.clock())


async def shared_offset(redis: Redis) -> int:
    """Return the offset from the local clock to the clock that all processes share, in ms."""
    clock, before = SharedClock(), monotonic_ms()
    clock.note(before, await board.redis_time(redis), monotonic_ms())
    assert clock.offset is not None
    return clock.offset


async def _show_to_clients(state: Rehearsal) -> Step:
    """Move every synthetic client from the old flags to the new ones, as in a real rollback."""
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
