"""SQL about events during and around incidents, for many incidents at once (A33)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ScalarSelect,
    Select,
    UnaryExpression,
    and_,
    func,
    literal_column,
    select,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.event_rows import recorded
from db.models.events import LaunchEvent
from db.models.flags import FeatureFlag
from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries.pages import Column, Numbers, ordered
from domain.events import (
    FlagChanged,
    HealthChanged,
    IncidentChanged,
    PhaseChanged,
    RecordedEvent,
    Subject,
)
from domain.events.alerts import AlertSent
from domain.events.criteria import CriterionJudged

_SKEW = timedelta(minutes=1)  # between the clocks of two processes; events are ordered by commit
_LATE = timedelta(hours=3)  # health samples of an outage are buffered for up to two hours
_NEVER = literal_column("'infinity'::timestamptz", DateTime(timezone=True))
_other_event = aliased(LaunchEvent)
_OWN = (IncidentChanged.TYPE, AlertSent.TYPE)
_OF_PHASE = (PhaseChanged.TYPE, CriterionJudged.TYPE, FlagChanged.TYPE)


async def of_incidents(
    session: AsyncSession, ids: Sequence[UUID], part: Numbers, *, lead: timedelta
) -> Mapping[UUID, list[RecordedEvent]]:
    """Return a page of the timeline of each incident, oldest first.

    It contains the events of the incident and, from `lead` before its start until it was resolved,
    those of its flags, its phase and health. Each branch is one index scan.
    """
    branches = (_of_incident(), _of_flags(lead), _of_phase(lead), _of_health(lead))
    matches = union(*(_page_of_branch(branch, ids, part) for branch in branches)).subquery()
    rank = func.row_number().over(partition_by=matches.c.id, order_by=_order(matches.c.seq, part))
    placed = select(matches.c.id, matches.c.seq, rank.label("place")).subquery()
    query = (
        select(placed.c.id, LaunchEvent)
        .join(LaunchEvent, LaunchEvent.seq == placed.c.seq)
        .where(placed.c.place <= part.limit)
        .order_by(_order(LaunchEvent.seq, part))
    )
    timelines: dict[UUID, list[RecordedEvent]] = {key: [] for key in ids}
    for row in await session.execute(query):
        timelines[row[0]].append(recorded(row[1]))
    return timelines


def _order(seq: Column, part: Numbers) -> ColumnElement[Any]:
    return seq.desc() if part.from_end else seq.asc()


def _page_of_branch(
    branch: Select[int | None], ids: Sequence[UUID], part: Numbers
) -> Select[UUID, int]:
    """Select the page of one branch for each incident: no branch contributes more than a page."""
    seqs = ordered(branch, part, LaunchEvent.seq).lateral()
    query = select(LaunchIncident.id, seqs.c.seq).join(seqs, true())
    return query.where(LaunchIncident.id.in_(ids))


def _of_incident() -> Select[int | None]:
    return _select_seqs(
        LaunchEvent.subject_kind == Subject.INCIDENT,
        LaunchEvent.subject_id == LaunchIncident.id,
        LaunchEvent.kind.in_(_OWN),
    )


def _of_flags(lead: timedelta) -> Select[int | None]:
    affected_flags = select(FeatureFlag.id).where(
        FeatureFlag.flag_key == func.any(LaunchIncident.affected_features)
    )
    return _select_seqs(
        LaunchEvent.subject_kind == Subject.FLAG,
        LaunchEvent.subject_id.in_(affected_flags.correlate(LaunchIncident)),
        _during_incident(lead),
    )


def _of_phase(lead: timedelta) -> Select[int | None]:
    return _select_seqs(
        LaunchEvent.phase_id == LaunchIncident.phase_id,
        LaunchEvent.kind.in_(_OF_PHASE),
        _during_incident(lead),
    )


def _of_health(lead: timedelta) -> Select[int | None]:
    return _select_seqs(
        LaunchEvent.subject_kind == Subject.HEALTH,
        LaunchEvent.subject_id.is_(None),  # health events are about a check, which has no row
        LaunchEvent.kind == HealthChanged.TYPE,
        _during_incident(lead),
    )


def _select_seqs(*where: ColumnElement[bool]) -> Select[int | None]:
    return select(LaunchEvent.seq).where(*where).correlate(LaunchIncident)


def _during_incident(lead: timedelta) -> ColumnElement[bool]:
    """Match events during the incident.

    `seq` is limited too, or the scan would start at the log's start.
    """
    first = (
        select(IncidentEpisode.began_at)
        .where(IncidentEpisode.incident_id == LaunchIncident.id, IncidentEpisode.number == 1)
        .correlate(LaunchIncident)
        .scalar_subquery()
    )
    begin = first - lead
    over = func.coalesce(LaunchIncident.resolved_at, _NEVER)
    return and_(
        LaunchEvent.occurred_at.between(begin, over),
        LaunchEvent.seq
        >= _seq_limit(_other_event.recorded_at >= begin - _SKEW, _other_event.recorded_at.asc()),
        LaunchEvent.seq
        <= _seq_limit(_other_event.recorded_at <= over + _LATE, _other_event.recorded_at.desc()),
    )


def _seq_limit(
    where: ColumnElement[bool], order: UnaryExpression[datetime]
) -> ScalarSelect[int | None]:
    query = (
        select(_other_event.seq)
        .where(where, _other_event.seq.is_not(None))
        .order_by(order)
        .limit(1)
    )
    return query.correlate(LaunchIncident).scalar_subquery()
