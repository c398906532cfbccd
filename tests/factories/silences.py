"""Silences, as an operator creates them."""

from datetime import timedelta

from db.session import Database
from domain.actors import system_actor
from domain.alerting.silences import Silence
from domain.health.health import CheckType
from services.alerting import silences
from services.alerting.silences import SilenceDraft

OPERATOR = system_actor("operator")


async def create_silence(
    db: Database, *checks: CheckType, minutes: float = 30, holds_criteria: bool = True
) -> Silence:
    """Create a silence that starts now, of all checks unless some are named."""
    async with db.write() as uow:
        ends_at = uow.now + timedelta(minutes=minutes)
        draft = SilenceDraft(ends_at, "new disks", checks=checks, holds_criteria=holds_criteria)
        return await silences.create(uow, OPERATOR, draft)


async def end_silence(db: Database, silence: Silence) -> Silence:
    """End a silence early."""
    async with db.write() as uow:
        return await silences.end(uow, OPERATOR, silence.id)
