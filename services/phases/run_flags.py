"""Which flags of a run are not where it wanted them, now or when it was completed (D4)."""

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
    """By key. Empty after a rollback, which ends what the run wanted, and for a rehearsal.

    `killed` are the keys that are forced off now; of a completion its own moment counts.
    """
    if run.rehearsal is not None or run.outcome is PhaseStatus.ROLLED_BACK:
        return []
    snapshots = await phases.snapshots(session, run.id)
    ids = [key for key, row in snapshots.items() if row.target_percentage is not None]
    found = list((await flags.by_id(session, ids)).values())
    if run.ended_at is not None:
        found = await _as_completed(session, found, run.ended_at)
        killed = await kills.killed_keys(session, until=run.ended_at)
    reasons = [exempt(flag, run.id, killed) for flag in found]
    return sorted(filter(None, reasons), key=lambda item: item.key)


async def _as_completed(session: AsyncSession, found: Sequence[Flag], at: datetime) -> list[Flag]:
    """As the completion left them: what the next change found, else what there is now."""
    later = await changes.oldest_by_subject(session, [flag.id for flag in found], since=at)
    return [_as_found(flag, later) for flag in found]


def _as_found(flag: Flag, later: Mapping[UUID, Change]) -> Flag:
    change = later.get(flag.id)
    parts = flag.wanted if change is None else parts_of_audit(change.before or {}, flag.wanted)
    # That a step was dropped which did not decide is no change: it may still stand there.
    return replace(flag, parts=complete(parts))
