"""The changes that may have caused incidents (X8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import flags
from db.queries import incident_episodes as episode_queries
from db.queries import suspects as queries
from domain.errors import Invalid
from domain.events import Subject
from domain.flags.flags import Flag
from domain.incidents.suspects import (
    WINDOW,
    Candidate,
    Onset,
    exposure_of,
    is_regrouped,
    is_undone,
    rank,
    span,
)
from domain.metrics.onsets import latest

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
class SuspectQuery:
    """So many suspects of one episode of an incident; None is the current one.

    Raises Invalid for a limit out of bounds.
    """

    incident: LaunchIncident
    limit: int
    episode: IncidentEpisode | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise Invalid(f"limit lies between 1 and {MAX_LIMIT}.", path=("limit",))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a ranking needs beside the changes, read for all incidents at once."""

    flags: Mapping[UUID, Flag]
    reverts: Mapping[UUID, list[datetime]]


async def of_incidents(
    session: AsyncSession, wanted: Sequence[SuspectQuery]
) -> Mapping[SuspectQuery, list[SuspectChange]]:
    """The most suspicious changes before each episode began, worst first.

    As many statements for one incident as for a hundred.
    """
    episodes = await _episodes(session, wanted)
    onsets = {item.id: latest(item.began_at, item.detected_at) for item in episodes.values()}
    changes = await queries.changes_before(session, onsets, WINDOW)
    known = await _known(session, [item for found in changes.values() for item in found])
    return {
        item: _ranked(item, episode, changes[episode.id], known)
        for item, episode in episodes.items()
    }


async def confirmed_cause(session: AsyncSession, row: LaunchIncident) -> str | None:
    """What to say of a change whose revert ended this incident, which is over now."""
    found = (await of_incidents(session, [wanted := SuspectQuery(row, MAX_LIMIT)]))[wanted]
    said = [_sentence(row, item) for item in found if item.confirmed]
    return f"Confirmed cause: {'; '.join(said)}." if said else None


async def _episodes(
    session: AsyncSession, wanted: Sequence[SuspectQuery]
) -> Mapping[SuspectQuery, IncidentEpisode]:
    ids = [item.incident.id for item in wanted if item.episode is None]
    current = await episode_queries.current(session, ids) if ids else {}
    found = {item: item.episode or current.get(item.incident.id) for item in wanted}
    return {item: episode for item, episode in found.items() if episode is not None}


def _sentence(row: LaunchIncident, item: SuspectChange) -> str:
    change = item.change
    ago = span(row.created_at - change.at)
    return (
        f"{item.key or 'a flag'} {change.action} by {change.actor_label} "
        f"{ago} before incident {row.number} was opened, and reverted since"
    )


async def _known(session: AsyncSession, changes: Iterable[Change]) -> _Known:
    mine = {item.id: item.subject_id for item in changes if item.subject_kind is Subject.FLAG}
    if not mine:
        return _Known({}, {})
    found = await flags.by_id(session, list(set(mine.values())))
    return _Known(found, await queries.reverts(session, list(mine)))


def _ranked(
    wanted: SuspectQuery, episode: IncidentEpisode, changes: Sequence[Change], known: _Known
) -> list[SuspectChange]:
    onset = Onset(
        episode.began_at,
        features=frozenset(wanted.incident.affected_features),
        run_id=episode.run_id,
        phase_id=episode.phase_id,
        latest=latest(episode.began_at, episode.detected_at),
        open_since=episode.detected_at,
        ended_at=episode.ended_at,
    )
    by_id = {change.id: change for change in changes}
    candidates = [_candidate(change, changes, known) for change in changes]
    keys = {item.id: item.key for item in candidates}
    return [
        SuspectChange(by_id[item.id], keys[item.id], item.score, list(item.why), item.confirmed)
        for item in rank(onset, candidates, wanted.limit)
    ]


def _candidate(change: Change, changes: Sequence[Change], known: _Known) -> Candidate:
    if change.subject_kind is not Subject.FLAG:
        return Candidate(
            id=change.id,
            at=change.at,
            key=None,
            exposure=_exposure_of_phase(change, changes),
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
        undone=is_undone(change.before, _last(change, changes).after),
    )


def _exposure_of_phase(change: Change, changes: Sequence[Change]) -> float:
    """A phase reaches people through the flags that it moved in the same transaction.

    Those that were put back before it began count no more: a rollback undoes the activation too.
    """
    moved = (
        exposure_of(item.before, item.after)
        for item in changes
        if item.subject_kind is Subject.FLAG
        and item.run_id is not None
        and (item.run_id, item.at) == (change.run_id, change.at)
        and not is_undone(item.before, _last(item, changes).after)
    )
    return max(moved, default=0.0)


def _last(change: Change, changes: Sequence[Change]) -> Change:
    """The newest change of the same flag before the onset; they come newest first."""
    return next(item for item in changes if item.subject_id == change.subject_id)
