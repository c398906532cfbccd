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
    """Go to the next step if that step still waits; safe to run twice or late (A7).

    A ramp that is held now is left to the sweep of the guards.
    """
    wait = datetime.fromisoformat(str(payload["due"])) - db.clock()
    if wait.total_seconds() > 0:
        # The database's clock is ahead of ours: to do nothing now would end the ramp here.
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
    """Say in the incident of a rollback how many people it reached; safe to run twice (L19)."""
    await rollback_impact.count(db, UUID(str(payload["run_id"])))
