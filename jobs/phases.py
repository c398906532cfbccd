"""The jobs `phases.ramp` and `phases.count_impact`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from pgqueuer.errors import RetryRequested

from db.session import Database
from jobs.queue import Payload
from services.phases import rollback_impact
from services.phases.pacing import PacingContext
from services.phases.phase_progress import advance_on_schedule

AskPace = Callable[[], Awaitable[PacingContext]]


async def ramp(db: Database, ask_pace: AskPace, payload: Payload) -> None:
    """Move to the next step if it is still due; may run twice and late (A7).

    A ramp that is held is left to the sweep of the guards.
    """
    wait = datetime.fromisoformat(str(payload["due"])) - db.clock()
    if wait.total_seconds() > 0:
        # The database's clock is ahead of ours: doing nothing now would end the ramp here.
        raise RetryRequested(wait, "not due yet by the clock of this worker")
    pacing_context = await ask_pace()
    async with db.write() as uow:
        await advance_on_schedule(
            uow,
            UUID(str(payload["phase_id"])),
            UUID(str(payload["run_id"])),
            int(str(payload["step_index"])),
            pacing_context,
        )


async def count_impact(db: Database, payload: Payload) -> None:
    """Record in the incident of a rollback how many people it affected; may run twice (L19)."""
    await rollback_impact.count(db, UUID(str(payload["run_id"])))
