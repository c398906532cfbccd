"""Finds the flags of a run that differ from its targets, now or at its completion (D4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import parts_of_audit
from db.models.events import Change
from db.models.phases import PhaseRun
from db.queries import changes, flags, kills, phases
from domain.flags.flags import Flag
from domain.flags.run_holds import complete
from domain.phases.end_states import Exempt, exempt
from domain.phases.phases import PhaseStatus


async def exempt_flags(
    session: AsyncSession, run: PhaseRun, killed: Collection[str]
) -> list[Exempt]:
    """Return the flags that differ, sorted by key.

    The list is empty for a rehearsal and after a rollback, which ends what the run wanted. `killed`
    are the keys that are forced off now; for a completed run those at its completion count.
    """
    if run.rehearsal is not None or run.outcome is PhaseStatus.ROLLED_BACK:
        return []
    snapshots = await phases.snapshots(session, run.id)
    ids = [key for key, row in snapshots.items() if row.target_percentage is not None]
    run_flags = list((await flags.by_id(session, ids)).values())
    if run.ended_at is not None:
        run_flags = await _at_completion(session, run_flags, run.ended_at)
        killed = await kills.killed_keys(session, until=run.ended_at)
    reasons = [exempt(flag, run.id, killed) for flag in run_flags]
    return sorted(filter(None, reasons), key=lambda item: item.key)


async def _at_completion(
    session: AsyncSession, run_flags: Sequence[Flag], at: datetime
) -> list[Flag]:
    """Return the flags as the completion left them: before the next change, else as they are."""
    later = await changes.oldest_by_subject(session, [flag.id for flag in run_flags], since=at)
    return [_before_change(flag, later) for flag in run_flags]


def _before_change(flag: Flag, later: Mapping[UUID, Change]) -> Flag:
    change = later.get(flag.id)
    parts = flag.wanted if change is None else parts_of_audit(change.before or {}, flag.wanted)
    # Dropping a step that did not limit the flag is no change, so the row may still contain it.
    return replace(flag, parts=complete(parts))
