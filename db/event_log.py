"""Append to the event log and read it back: numbered events only, in the order of commits."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db import event_positions
from db.drafts import Draft
from db.event_rows import encode, recorded
from db.models.events import Change, LaunchEvent
from db.queries.pages import Numbers, ordered
from domain.actors import ActorRef
from domain.events import RecordedEvent, WrittenEvent
from domain.ids import EventId, EventSeq


async def append(
    session: AsyncSession, drafts: Sequence[Draft], now: datetime, requested_at: datetime
) -> list[WrittenEvent]:
    """Write events and their audit rows; their positions are given out after the commit.

    `requested_at`: when the transaction began, which may have waited for its rows until `now`.
    """
    if not drafts:
        return []
    rows = [_event_row(draft, now, requested_at) for draft in drafts]
    written = insert(LaunchEvent).returning(LaunchEvent.id, sort_by_parameter_order=True)
    ids = [EventId(key) for key in await session.scalars(written, rows)]
    changes = [
        _change_row(draft, key, now)
        for draft, key in zip(drafts, ids, strict=True)
        if draft.audit is not None
    ]
    if changes:
        await session.execute(insert(Change), changes)
    return [
        WrittenEvent(
            id=key,
            occurred_at=_occurred_at(draft, now),
            recorded_at=now,
            actor=draft.actor.ref,
            event=draft.event,
        )
        for draft, key in zip(drafts, ids, strict=True)
    ]


async def newest_seq(session: AsyncSession) -> EventSeq:
    """The sequence of the newest committed event; 0 before the first."""
    return EventSeq((await session.execute(select(event_positions.head()))).scalar_one())


async def read_after(
    session: AsyncSession,
    after: int,
    limit: int,
    *,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] | None = None,
) -> list[RecordedEvent]:
    """Events after a sequence, oldest first."""
    query = _matching(phase_id, since, until, kinds).where(LaunchEvent.seq > after)
    rows = await session.scalars(query.order_by(LaunchEvent.seq).limit(limit))
    return [recorded(row) for row in rows]


async def read_page(
    session: AsyncSession,
    part: Numbers,
    *,
    newest_first: bool,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    kinds: Sequence[str] | None = None,
) -> list[RecordedEvent]:
    """Events by their sequence."""
    query = _matching(phase_id, since, None, kinds)
    rows = await session.scalars(ordered(query, part, LaunchEvent.seq, descending=newest_first))
    return [recorded(row) for row in rows]


async def read_span(
    session: AsyncSession,
    kinds: Sequence[str],
    limit: int,
    since: datetime,
    until: datetime,
    after: RecordedEvent | None,
) -> list[RecordedEvent]:
    """Events between two moments by when they happened, after one of them."""
    query = _matching(None, since, until, kinds)
    place = (LaunchEvent.occurred_at, LaunchEvent.seq)
    if after is not None:
        query = query.where(tuple_(*place) > (after.occurred_at, after.seq))
    rows = await session.scalars(query.order_by(*place).limit(limit))
    return [recorded(row) for row in rows]


def _matching(
    phase_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
    kinds: Sequence[str] | None,
) -> Select[LaunchEvent]:
    query = select(LaunchEvent).where(LaunchEvent.seq.is_not(None))
    if phase_id is not None:
        query = query.where(LaunchEvent.phase_id == phase_id)
    if since is not None:
        query = query.where(LaunchEvent.occurred_at >= since)
    if until is not None:
        query = query.where(LaunchEvent.occurred_at <= until)
    if kinds is not None:
        query = query.where(LaunchEvent.kind.in_(kinds))
    return query


async def newest(session: AsyncSession, kinds: Sequence[str], limit: int) -> list[RecordedEvent]:
    """The last events of some kinds, the newest first."""
    query = _matching(None, None, None, kinds)
    rows = await session.scalars(query.order_by(LaunchEvent.seq.desc()).limit(limit))
    return [recorded(row) for row in rows]


def _occurred_at(draft: Draft, now: datetime) -> datetime:
    """Never after it was recorded, whatever the clock of another process says."""
    return min(draft.occurred_at or now, now)


def _actor_columns(ref: ActorRef) -> dict[str, object]:
    return {f"actor_{name}": value for name, value in asdict(ref).items()}


def _event_row(draft: Draft, now: datetime, requested_at: datetime) -> dict[str, object]:
    event = draft.event
    return {
        "occurred_at": _occurred_at(draft, now),
        "recorded_at": now,
        "requested_at": requested_at if requested_at < now else None,
        "kind": event.TYPE,
        "subject_kind": event.SUBJECT,
        "subject_id": event.subject_id,
        "phase_id": event.phase_id,
        "payload": encode(event),
        **_actor_columns(draft.actor.ref),
    }


def _change_row(draft: Draft, event_id: int, now: datetime) -> dict[str, object]:
    audit = draft.audit
    assert audit is not None
    return {
        "at": _occurred_at(draft, now),
        "event_id": event_id,
        "subject_kind": draft.event.SUBJECT,
        "subject_id": audit.subject_id,
        "action": getattr(draft.event, "action", draft.event.TYPE),
        "before": audit.before,
        "after": audit.after,
        "reason": audit.reason,
        "run_id": audit.run_id,
        "reverts_id": audit.reverts_id,
        **_actor_columns(draft.actor.ref),
    }
