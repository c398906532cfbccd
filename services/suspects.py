"""The changes that may have caused an incident (SPEC X8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.models.incidents import LaunchIncident
from db.queries import changes as change_queries
from db.queries import flags
from domain.errors import Invalid
from domain.events import Subject
from domain.suspects import WINDOW, Candidate, Onset, exposure_of, rank

MAX_LIMIT = 20


@dataclass(frozen=True, slots=True)
class SuspectChange:
    """A change, how suspicious it is, and why."""

    change: Change
    score: float
    why: list[str]


async def of_incident(
    session: AsyncSession, row: LaunchIncident, limit: int
) -> list[SuspectChange]:
    """The most suspicious changes before an incident began, worst first."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit lies between 1 and {MAX_LIMIT}.", path=("limit",))
    changes = await change_queries.between(
        session, (Subject.FLAG, Subject.PHASE), row.created_at - WINDOW, row.created_at
    )
    onset = Onset(row.created_at, frozenset(row.affected_features), row.run_id, row.phase_id)
    by_id = {change.id: change for change in changes}
    flag_ids = [item.subject_id for item in changes if item.subject_kind is Subject.FLAG]
    keys: dict[UUID, str] = {
        flag.id: flag.key for flag in (await flags.by_id(session, flag_ids)).values()
    }
    ranked = rank(onset, [_candidate(item, keys) for item in changes], limit)
    return [SuspectChange(by_id[item.id], item.score, list(item.why)) for item in ranked]


def _candidate(change: Change, keys: Mapping[UUID, str]) -> Candidate:
    is_flag = change.subject_kind is Subject.FLAG
    return Candidate(
        id=change.id,
        at=change.at,
        key=keys.get(change.subject_id),
        exposure=exposure_of(change.before, change.after) if is_flag else 0.0,
        run_id=change.run_id,
        phase_id=None if is_flag else change.subject_id,
    )
