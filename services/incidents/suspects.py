"""Ranks the changes that may have caused an incident (X8)."""

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
)
from domain.metrics.onsets import latest
from domain.platform.text_format import format_duration

MAX_LIMIT = 20


@dataclass(frozen=True, slots=True)
class SuspectChange:
    """A change with its score and the reasons for it. `key` is the flag, where it still exists."""

    change: Change
    key: str | None
    score: float
    why: list[str]
    confirmed: bool


@dataclass(frozen=True, slots=True)
class SuspectQuery:
    """A request for the top suspects of one episode of an incident; None is the current one.

    Raises Invalid for a limit out of bounds.
    """

    incident: LaunchIncident
    limit: int
    episode: IncidentEpisode | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise Invalid(f"limit lies between 1 and {MAX_LIMIT}.", path=("limit",))


@dataclass(frozen=True, slots=True)
class _RankingData:
    """What a ranking needs in addition to the changes, read for all incidents at once."""

    flags: Mapping[UUID, Flag]
    reverts: Mapping[UUID, list[datetime]]


async def of_incidents(
    session: AsyncSession, suspect_queries: Sequence[SuspectQuery]
) -> Mapping[SuspectQuery, list[SuspectChange]]:
    """Return the most suspicious changes before each episode began, highest score first.

    The number of statements does not depend on the number of incidents.
    """
    episodes = await _episodes(session, suspect_queries)
    onsets = {item.id: latest(item.began_at, item.detected_at) for item in episodes.values()}
    changes = await queries.changes_before(session, onsets, WINDOW)
    data = await _read_ranking_data(
        session, [item for of_episode in changes.values() for item in of_episode]
    )
    return {
        item: _rank(item, episode, changes[episode.id], data) for item, episode in episodes.items()
    }


async def confirmed_cause(session: AsyncSession, row: LaunchIncident) -> str | None:
    """Return a sentence naming the changes whose revert ended a resolved incident, or None."""
    ranked = (await of_incidents(session, [query := SuspectQuery(row, MAX_LIMIT)]))[query]
    sentences = [_sentence(row, item) for item in ranked if item.confirmed]
    return f"Confirmed cause: {'; '.join(sentences)}." if sentences else None


async def _episodes(
    session: AsyncSession, suspect_queries: Sequence[SuspectQuery]
) -> Mapping[SuspectQuery, IncidentEpisode]:
    ids = [item.incident.id for item in suspect_queries if item.episode is None]
    current = await episode_queries.current(session, ids) if ids else {}
    by_query = {item: item.episode or current.get(item.incident.id) for item in suspect_queries}
    return {item: episode for item, episode in by_query.items() if episode is not None}


def _sentence(row: LaunchIncident, item: SuspectChange) -> str:
    change = item.change
    ago = format_duration(row.created_at - change.at)
    return (
        f"{item.key or 'a flag'} {change.action} by {change.actor_label} "
        f"{ago} before incident {row.number} was opened, and reverted since"
    )


async def _read_ranking_data(session: AsyncSession, changes: Iterable[Change]) -> _RankingData:
    flag_changes = {
        item.id: item.subject_id for item in changes if item.subject_kind is Subject.FLAG
    }
    if not flag_changes:
        return _RankingData({}, {})
    by_id = await flags.by_id(session, list(set(flag_changes.values())))
    return _RankingData(by_id, await queries.reverts(session, list(flag_changes)))


def _rank(
    query: SuspectQuery, episode: IncidentEpisode, changes: Sequence[Change], data: _RankingData
) -> list[SuspectChange]:
    onset = Onset(
        episode.began_at,
        features=frozenset(query.incident.affected_features),
        run_id=episode.run_id,
        phase_id=episode.phase_id,
        latest=latest(episode.began_at, episode.detected_at),
        open_since=episode.detected_at,
        ended_at=episode.ended_at,
    )
    by_id = {change.id: change for change in changes}
    index = _ChangeIndex.of(changes)
    candidates = [_candidate(change, index, data) for change in changes]
    keys = {item.id: item.key for item in candidates}
    return [
        SuspectChange(by_id[item.id], keys[item.id], item.score, list(item.why), item.confirmed)
        for item in rank(onset, candidates, query.limit)
    ]


@dataclass(frozen=True, slots=True)
class _ChangeIndex:
    """What other changes before an onset say about one of them, so that none is searched for."""

    newest: Mapping[UUID, Change]  # by subject
    exposures: Mapping[tuple[UUID | None, datetime], float]  # of flags, by run and moment

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "_ChangeIndex":
        """Build it; `changes` are the newest first."""
        newest = {change.subject_id: change for change in reversed(changes)}
        exposures: dict[tuple[UUID | None, datetime], float] = {}
        for change in changes:
            if change.subject_kind is not Subject.FLAG or change.run_id is None:
                continue
            # Flags restored before the onset do not count: a rollback undoes the activation too.
            if not is_undone(change.before, newest[change.subject_id].after):
                key, exposure = (change.run_id, change.at), exposure_of(change.before, change.after)
                exposures[key] = max(exposures.get(key, exposure), exposure)
        return cls(newest, exposures)

    def exposure_of_phase(self, change: Change) -> float:
        """Return the exposure of a phase: the largest of flags changed in the same transaction."""
        return self.exposures.get((change.run_id, change.at), 0.0)


def _candidate(change: Change, index: _ChangeIndex, data: _RankingData) -> Candidate:
    if change.subject_kind is not Subject.FLAG:
        return Candidate(
            id=change.id,
            at=change.at,
            key=None,
            exposure=index.exposure_of_phase(change),
            run_id=change.run_id,
            phase_id=change.subject_id,
            action=change.action,
        )
    flag = data.flags.get(change.subject_id)
    return Candidate(
        id=change.id,
        at=change.at,
        key=flag.key if flag else None,
        exposure=exposure_of(change.before, change.after),
        run_id=change.run_id,
        phase_id=flag.phase_id if flag else None,
        action=change.action,
        regrouped=is_regrouped(change.before, change.after),
        reverted_at=data.reverts.get(change.id, ()),
        undone=is_undone(change.before, index.newest[change.subject_id].after),
    )
