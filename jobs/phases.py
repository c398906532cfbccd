"""The job `phases.ramp`."""

from datetime import datetime
from uuid import UUID

from pgqueuer.errors import RetryRequested

from db.session import Database
from jobs.queue import Payload
from services.phase_progress import advance_on_schedule


async def ramp(db: Database, payload: Payload) -> None:
    """Go to the next step if that step still waits; safe to run twice or late (SPEC A7)."""
    wait = datetime.fromisoformat(str(payload["due"])) - db.clock()
    if wait.total_seconds() > 0:
        # The database's clock is ahead of ours: to do nothing now would end the ramp here.
        raise RetryRequested(wait, "not due yet by the clock of this worker")
    async with db.write() as uow:
        await advance_on_schedule(
            uow,
            UUID(str(payload["phase_id"])),
            UUID(str(payload["run_id"])),
            int(str(payload["step_index"])),
        )
