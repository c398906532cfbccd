"""Counts whom a rollback reached by evaluating, once it is done (L19).

A rollback counts nobody: it cannot wait. Its incident says for whom the flags were on; how many
people that was is added by a job, as an activation plan would count them.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import LaunchIncident
from db.queries import changes, flags, incidents, people
from db.session import Database
from domain.actors import system_actor
from domain.events import Subject
from domain.flags.flags import Flag
from domain.incidents.incident_causes import rollback_key
from domain.phases import rollbacks as rules
from domain.phases.phases import PhaseAction
from domain.platform.keyset import Keyset
from services.flags import flag_history
from services.flags.flag_sets import FlagSet
from services.incidents.incident_log import before, record
from services.phases.phase_changes import PAST_TENSE

IMPACT = system_actor("impact")
_MAX_EDITS = 500


async def count(db: Database, run_id: UUID) -> None:
    """Add to the incident of a run that was rolled back how many people saw its flags.

    Safe to run twice or late: what the rollback wrote is added to, and nothing else.
    """
    async with db.read() as session:
        row = await incidents.newest_with_key(session, rollback_key(run_id))
        if row is None or not await _is_as_opened(session, row):
            return
        found = await _flags_before(session, row, run_id)
        sample = await people.sample(session)
    said = await asyncio.to_thread(rules.impact_then, found, sample)
    async with db.write() as uow:
        locked = await incidents.lock(uow.session, row.id)
        if locked is None or locked.user_impact != row.user_impact:
            return
        was = before(locked)
        locked.user_impact = f"{row.user_impact} {said}"
        record(uow, IMPACT, locked, "impact counted", was)


async def _is_as_opened(session: AsyncSession, row: LaunchIncident) -> bool:
    """False where somebody has edited the impact, or it has been counted."""
    edits = await changes.page(session, Subject.INCIDENT, row.id, Keyset(_MAX_EDITS))
    return not any("userImpact" in (edit.before or {}) for edit in edits)


async def _flags_before(session: AsyncSession, row: LaunchIncident, run_id: UUID) -> Sequence[Flag]:
    """The flags of the phase as they were until the rollback, without those that were killed."""
    now = await flags.by_key(session, row.affected_features)
    then = await flag_history.as_of(session, FlagSet(flags=now), row.created_at)
    undone = await changes.of_run(session, run_id, PAST_TENSE[PhaseAction.ROLLBACK])
    known = {change.subject_id: change.before or {} for change in undone}
    return [
        flag_history.restored(flag, known.get(flag.id, {}))
        for flag in rules.not_killed(list(then.flags.values()), then.killed)
    ]
