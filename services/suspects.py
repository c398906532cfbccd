"""The changes that may have caused incidents (SPEC X8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.models.incidents import LaunchIncident
from db.queries import flags
from db.queries import suspects as queries
from domain.errors import Invalid
from domain.events import Subject
from domain.flags import Flag
from domain.suspects import WINDOW, Candidate, Onset, exposure_of, is_regrouped, rank, span

MAX_LIMIT = 20


@dataclass(frozen=True, slots=True)
class SuspectChange:
    """A change, how suspicious it is, and why. `key`: the flag, where it is one that exists."""

    change: Change
    key: str | None
    score: float
    why: list[str]
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many suspects of one incident; raises Invalid for a limit out of bounds."""

    incident: LaunchIncident
    limit: int

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise Invalid(f"limit lies between 1 and {MAX_LIMIT}.", path=("limit",))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a ranking needs beside the changes, read for all incidents at once."""

    flags: Mapping[UUID, Flag]
    reverts: Mapping[UUID, list[datetime]]
    opened_again: Mapping[UUID, datetime]


async def of_incidents(
    session: AsyncSession, wanted: Sequence[Wanted]
) -> Mapping[Wanted, list[SuspectChange]]:
    """The most suspicious changes before each incident began, worst first.

    As many statements for one incident as for a hundred.
    """
    ids = [item.incident.id for item in wanted]
    onsets = await _onsets(session, ids)
    changes = await queries.changes_before(session, onsets, WINDOW)
    known = await _known(session, ids, [item for found in changes.values() for item in found])
    return {
        item: _ranked(item, onsets[item.incident.id], changes[item.incident.id], known)
        for item in wanted
        if item.incident.id in onsets
    }


async def confirmed_cause(session: AsyncSession, row: LaunchIncident) -> str | None:
    """What to say of a change whose revert ended this incident, which is over now."""
    found = (await of_incidents(session, [wanted := Wanted(row, MAX_LIMIT)]))[wanted]
    said = [_sentence(row, item) for item in found if item.confirmed]
    return f"Confirmed cause: {'; '.join(said)}." if said else None


async def _onsets(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """The earliest bad moment that is known of each: a report comes late."""
    opened = await queries.first_bad_moments(session, ids)
    failing = await queries.failing_since(session, ids)
    return {key: min(at, failing.get(key, at)) for key, at in opened.items()}


def _sentence(row: LaunchIncident, item: SuspectChange) -> str:
    change = item.change
    ago = span(row.created_at - change.at)
    return (
        f"{item.key or 'a flag'} {change.action} by {change.actor_label} "
        f"{ago} before incident {row.number} was opened, and reverted since"
    )


async def _known(
    session: AsyncSession, incidents: Sequence[UUID], changes: Iterable[Change]
) -> _Known:
    mine = {item.id: item.subject_id for item in changes if item.subject_kind is Subject.FLAG}
    if not mine:
        return _Known({}, {}, {})
    found = await flags.by_id(session, list(set(mine.values())))
    reverts = await queries.reverts(session, list(mine))
    again = await queries.opened_again(session, incidents) if reverts else {}
    return _Known(found, reverts, again)


def _ranked(
    wanted: Wanted, began: datetime, changes: Sequence[Change], known: _Known
) -> list[SuspectChange]:
    row = wanted.incident
    onset = Onset(
        began,
        features=frozenset(row.affected_features),
        run_id=row.run_id,
        phase_id=row.phase_id,
        open_since=known.opened_again.get(row.id),
        ended_at=row.resolved_at,
    )
    by_id = {change.id: change for change in changes}
    candidates = [_candidate(change, known) for change in changes]
    keys = {item.id: item.key for item in candidates}
    return [
        SuspectChange(by_id[item.id], keys[item.id], item.score, list(item.why), item.confirmed)
        for item in rank(onset, candidates, wanted.limit)
    ]


def _candidate(change: Change, known: _Known) -> Candidate:
    if change.subject_kind is not Subject.FLAG:
        return Candidate(
            id=change.id,
            at=change.at,
            key=None,
            exposure=0.0,
            run_id=change.run_id,
            phase_id=change.subject_id,
            action=change.action,
        )
    flag = known.flags.get(change.subject_id)
    return Candidate(
        id=change.id,
        at=change.at,
        key=flag.key if flag else None,
        exposure=exposure_of(change.before, change.after),
        run_id=change.run_id,
        phase_id=flag.phase_id if flag else None,
        action=change.action,
        regrouped=is_regrouped(change.before, change.after),
        reverted_at=known.reverts.get(change.id, ()),
    )
