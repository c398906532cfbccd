"""Counts how many people a rollback affected, after it is done (L19).

A rollback cannot wait for the count. Its incident first says for whom the flags were on; a job adds
how many people that was, counted as an activation plan counts them.
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
from services.incidents.incident_log import record, snapshot
from services.phases.phase_changes import PAST_TENSE

IMPACT = system_actor("impact")
_MAX_EDITS = 500


async def count(db: Database, run_id: UUID) -> None:
    """Add the number of people who saw the flags to the incident of a rolled-back run.

    Safe to run twice or late: it only extends the text that the rollback wrote.
    """
    async with db.read() as session:
        row = await incidents.newest_with_key(session, rollback_key(run_id))
        if row is None or not await _is_impact_unchanged(session, row):
            return
        flags_before = await _flags_before(session, row, run_id)
        sample = await people.sample(session)
    impact = await asyncio.to_thread(rules.impact_then, flags_before, sample)
    async with db.write() as uow:
        locked = await incidents.lock(uow.session, row.id)
        if locked is None or locked.user_impact != row.user_impact:
            return
        before = snapshot(locked)
        locked.user_impact = f"{row.user_impact} {impact}"
        record(uow, IMPACT, locked, "impact counted", before)


async def _is_impact_unchanged(session: AsyncSession, row: LaunchIncident) -> bool:
    """Whether the impact is as the rollback wrote it: neither edited nor counted yet."""
    edits = await changes.page(session, Subject.INCIDENT, row.id, Keyset(_MAX_EDITS))
    return not any("userImpact" in (edit.before or {}) for edit in edits)


async def _flags_before(session: AsyncSession, row: LaunchIncident, run_id: UUID) -> Sequence[Flag]:
    """Return the flags of the phase as they were until the rollback, without killed ones."""
    now = await flags.by_key(session, row.affected_features)
    then = await flag_history.as_of(session, FlagSet(flags=now), row.created_at)
    undone = await changes.of_run(session, run_id, PAST_TENSE[PhaseAction.ROLLBACK])
    values_before = {change.subject_id: change.before or {} for change in undone}
    return [
        flag_history.with_values(flag, values_before.get(flag.id, {}))
        for flag in rules.not_killed(list(then.flags.values()), then.killed)
    ]
