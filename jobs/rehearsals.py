"""The job `phases.rehearse`: stage by stage, each stored before the next begins."""

import asyncio
from datetime import timedelta
from uuid import UUID

from pgqueuer.errors import RetryRequested
from redis.asyncio import Redis

from db.session import Database
from domain.phases.rehearsal import PAUSE, Rehearsal, RehearsalStage
from domain.propagation.propagation import BUDGET
from services.phases import rehearsal_flags, rehearsals
from services.propagation.propagation import AWAY

_POLL = 0.2  # seconds
_RETRY = timedelta(seconds=2)


async def rehearse(db: Database, redis: Redis, run_id: UUID, *, pause: timedelta = PAUSE) -> None:
    """Run a rehearsal to its end; another worker can continue it at any stage."""
    while True:
        state = await rehearsals.advance(db, run_id)
        if state is None or state.is_over:
            return
        if state.stage is RehearsalStage.ROLLED_BACK:
            await _measure(db, redis, run_id, state)
            return
        await asyncio.sleep(pause.total_seconds())


async def _measure(db: Database, redis: Redis, run_id: UUID, state: Rehearsal) -> None:
    try:
        await rehearsal_flags.announce(redis, run_id, state)
        propagation = await rehearsal_flags.measure(db, redis, run_id, state)
        # Without receivers it stays unknown until the budget is over.
        until = (state.rolled_back_at or state.started_at) + BUDGET
        while propagation.within_budget is None and db.clock() <= until:
            await asyncio.sleep(_POLL)
            propagation = await rehearsal_flags.measure(db, redis, run_id, state)
    except AWAY as error:
        # After LONGEST the ticker ends it with a reason.
        raise RetryRequested(_RETRY, f"Redis does not answer: {error!r}") from error
    await rehearsals.finish(db, run_id, propagation)
