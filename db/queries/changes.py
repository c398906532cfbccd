"""SQL about the audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db import log_edge
from db.models.events import Change
from db.queries.pages import Numbers, one_of, ordered
from domain.actors import ActorRef
from domain.events import Subject
from domain.ids import parse_uuid
from domain.overview.changes import ACTIONS, KNOWN_ACTIONS, ChangeKind


def actor_of(change: Change) -> ActorRef:
    """Return the author of a change."""
    return ActorRef(change.actor_kind, change.actor_id, change.actor_label)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Change]:
    """Load changes by id."""
    rows = await session.scalars(select(Change).where(Change.id.in_(ids)))
    return {row.id: row for row in rows}


async def newest(session: AsyncSession, subject_id: UUID) -> Change | None:
    """Return the newest change of a subject."""
    query = select(Change).where(Change.subject_id == subject_id)
    return await session.scalar(query.order_by(Change.at.desc(), Change.event_id.desc()).limit(1))


async def newest_by_subject(
    session: AsyncSession, subject_ids: Sequence[UUID], *, until: datetime | None = None
) -> Mapping[UUID, Change]:
    """Return the newest change of each subject, optionally up to a time."""
    query = (
        select(Change)
        .where(Change.subject_id.in_(subject_ids))
        .ext(distinct_on(Change.subject_id))
        .order_by(Change.subject_id, Change.event_id.desc())
    )
    if until is not None:
        query = query.where(Change.at <= until)
    return {row.subject_id: row for row in await session.scalars(query)}


async def oldest_by_subject(
    session: AsyncSession, subject_ids: Sequence[UUID], *, since: datetime
) -> Mapping[UUID, Change]:
    """Return the first change of each subject after a time."""
    query = (
        select(Change)
        .where(Change.subject_id.in_(subject_ids), Change.at > since)
        .ext(distinct_on(Change.subject_id))
        .order_by(Change.subject_id, Change.event_id)
    )
    return {row.subject_id: row for row in await session.scalars(query)}


async def have_been_on(session: AsyncSession, flag_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of the flags that have been on for at least one user."""
    after = Change.after
    query = select(Change.subject_id).where(
        Change.subject_kind == Subject.FLAG,
        Change.subject_id.in_(flag_ids),
        after["enabled"].as_boolean(),
        after["rolloutPercentage"].as_float() > 0,
    )
    return frozenset(key for key in await session.scalars(query.distinct()) if key is not None)


async def of_event(session: AsyncSession, event_id: int) -> Change | None:
    """Return the change that an event recorded."""
    return await session.scalar(select(Change).where(Change.event_id == event_id))


async def inviter_of(session: AsyncSession, user_id: UUID) -> ActorRef | None:
    """The last actor who invited a member of the staff; None without an invitation."""
    invited = Change.after["action"].astext == "invited"
    query = select(Change).where(Change.subject_kind == Subject.USER, Change.subject_id == user_id)
    row = await session.scalar(
        query.where(invited).order_by(Change.at.desc(), Change.event_id.desc()).limit(1)
    )
    return actor_of(row) if row else None


async def of_run(session: AsyncSession, run_id: UUID, action: str) -> list[Change]:
    """Return the changes that one action of a run made, in order."""
    query = select(Change).where(Change.run_id == run_id, Change.action == action)
    return list(await session.scalars(query.order_by(Change.event_id)))


async def page(
    session: AsyncSession,
    kind: Subject,
    subject_id: UUID,
    part: Numbers,
) -> list[Change]:
    """Return a page of the changes of one subject, newest first.

    They are ordered by event id because changes of one transaction share their time.
    """
    query = select(Change).where(
        Change.subject_kind == kind,
        Change.subject_id == subject_id,
        Change.event_id > log_edge.EVENT_ID,
    )
    return await latest(session, query, part)


def conditions(
    subjects: Sequence[Subject] | Sequence[ColumnElement[Any]] | ColumnElement[Any],
    actions: Sequence[str] | ColumnElement[Any] | None,
    since: datetime | ColumnElement[Any] | None,
    until: datetime | ColumnElement[Any] | None,
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause for subject kinds, actions and a time range.

    It leaves out the rows of archived events that are kept for past states.
    """
    clauses = [Change.event_id > log_edge.EVENT_ID, one_of(Change.subject_kind, subjects)]
    if actions is not None:
        clauses.append(one_of(Change.action, actions))
    if since is not None:
        clauses.append(Change.at >= since)
    if until is not None:
        clauses.append(Change.at <= until)
    return clauses


def of_kinds(query: Select[Change], kinds: Sequence[ChangeKind]) -> Select[Change]:
    """Filter changes by kind of action."""
    actions = {action for kind in kinds for action in ACTIONS.get(kind, ())}
    clauses = [Change.action.in_(actions)]
    if ChangeKind.OTHER in kinds:
        clauses.append(Change.action.not_in(KNOWN_ACTIONS))
    return query.where(or_(*clauses))


def by_actors(query: Select[Change], actors: Sequence[str]) -> Select[Change]:
    """Filter changes by actor: ids of users and tokens, or labels."""
    ids = [key for key in map(parse_uuid, actors) if key is not None]
    return query.where(or_(Change.actor_id.in_(ids), Change.actor_label.in_(actors)))


async def latest(session: AsyncSession, query: Select[Change], part: Numbers) -> list[Change]:
    """Return a page of the changes that a query selects, newest first.

    Raises EventsArchived for a cursor before the edge of the log.
    """
    query = query.where(*log_edge.cursors_are_kept(part, log_edge.EVENT_ID))
    return list(await session.scalars(ordered(query, part, Change.event_id, descending=True)))


async def since(session: AsyncSession, change: Change) -> list[Change]:
    """Return the later changes of the same subject, newest first."""
    query = select(Change).where(
        Change.subject_kind == change.subject_kind,
        Change.subject_id == change.subject_id,
        Change.event_id > change.event_id,
    )
    return list(await session.scalars(query.order_by(Change.event_id.desc()).limit(_MAX)))


_MAX = 500
