"""Append to the event log and read it back: dense sequences in commit order (DESIGN)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Select, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Draft
from db.models.events import Change, EventCounter, LaunchEvent
from domain.account_events import ACCOUNT_EVENTS
from domain.actors import ActorRef
from domain.alert_events import ALERT_EVENTS
from domain.criterion_events import CRITERION_EVENTS
from domain.events import ALL_EVENTS, Event, RecordedEvent, UnknownEvent
from domain.ids import EventSeq
from domain.marketplace_events import MARKETPLACE_EVENTS
from domain.rehearsal_events import REHEARSAL_EVENTS
from domain.webhook_events import WEBHOOK_EVENTS

_TAKE = text("UPDATE launch_event_counter SET seq = seq + :n RETURNING seq")
_KINDS = {
    kind.TYPE: kind
    for kind in (
        *ALL_EVENTS,
        *CRITERION_EVENTS,
        *MARKETPLACE_EVENTS,
        *REHEARSAL_EVENTS,
        *ALERT_EVENTS,
        *WEBHOOK_EVENTS,
        *ACCOUNT_EVENTS,
    )
}
_adapters: dict[type[Event], TypeAdapter[Event]] = {}  # costly to make, so only when needed


def _adapter(kind: type[Event]) -> TypeAdapter[Event]:
    found = _adapters.get(kind)
    if found is None:
        found = _adapters[kind] = TypeAdapter(kind)
    return found


def encode(event: Event) -> dict[str, object]:
    """The payload of an event as plain JSON values."""
    payload: dict[str, object] = _adapter(type(event)).dump_python(event, mode="json")
    return payload


def decode(kind: str, payload: dict[str, object]) -> Event:
    """The event of a payload; an UnknownEvent for a kind that this version does not know."""
    known = _KINDS.get(kind)
    return _adapter(known).validate_python(payload) if known else UnknownEvent(kind=kind)


async def append(
    session: AsyncSession, drafts: Sequence[Draft], now: datetime
) -> list[RecordedEvent]:
    """Write events and their audit rows; takes the counter's row lock until the commit."""
    if not drafts:
        return []
    last: int = (await session.execute(_TAKE, {"n": len(drafts)})).scalar_one()
    first = last - len(drafts) + 1
    await session.execute(
        insert(LaunchEvent),
        [_event_row(draft, first + index, now) for index, draft in enumerate(drafts)],
    )
    changes = [
        _change_row(draft, first + index, now)
        for index, draft in enumerate(drafts)
        if draft.audit is not None
    ]
    if changes:
        await session.execute(insert(Change), changes)
    return [
        RecordedEvent(EventSeq(first + index), now, draft.actor.ref, draft.event)
        for index, draft in enumerate(drafts)
    ]


async def newest_seq(session: AsyncSession) -> EventSeq:
    """The sequence of the newest committed event; 0 before the first."""
    seq = (await session.execute(select(EventCounter.seq))).scalar_one()
    return EventSeq(seq)


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


async def read_before(
    session: AsyncSession,
    before: int | None,
    limit: int,
    *,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    kinds: Sequence[str] | None = None,
) -> list[RecordedEvent]:
    """Events before a sequence, or the last of all, newest first."""
    query = _matching(phase_id, since, None, kinds)
    if before is not None:
        query = query.where(LaunchEvent.seq < before)
    rows = await session.scalars(query.order_by(LaunchEvent.seq.desc()).limit(limit))
    return [recorded(row) for row in rows]


def _matching(
    phase_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
    kinds: Sequence[str] | None,
) -> Select[LaunchEvent]:
    query = select(LaunchEvent)
    if phase_id is not None:
        query = query.where(LaunchEvent.phase_id == phase_id)
    if since is not None:
        query = query.where(LaunchEvent.at >= since)
    if until is not None:
        query = query.where(LaunchEvent.at <= until)
    if kinds is not None:
        query = query.where(LaunchEvent.kind.in_(kinds))
    return query


async def newest(session: AsyncSession, kinds: Sequence[str], limit: int) -> list[RecordedEvent]:
    """The last events of some kinds, the newest first."""
    query = select(LaunchEvent).where(LaunchEvent.kind.in_(kinds))
    rows = await session.scalars(query.order_by(LaunchEvent.seq.desc()).limit(limit))
    return [recorded(row) for row in rows]


def recorded(row: LaunchEvent) -> RecordedEvent:
    """A row of the log as an event."""
    actor = ActorRef(row.actor_kind, row.actor_id, row.actor_label)
    return RecordedEvent(EventSeq(row.seq), row.at, actor, decode(row.kind, row.payload))


def _actor_columns(ref: ActorRef) -> dict[str, object]:
    return {f"actor_{name}": value for name, value in asdict(ref).items()}


def _event_row(draft: Draft, seq: int, now: datetime) -> dict[str, object]:
    event = draft.event
    return {
        "seq": seq,
        "at": now,
        "kind": event.TYPE,
        "subject_kind": event.SUBJECT,
        "subject_id": event.subject_id,
        "phase_id": event.phase_id,
        "payload": encode(event),
        **_actor_columns(draft.actor.ref),
    }


def _change_row(draft: Draft, seq: int, now: datetime) -> dict[str, object]:
    audit = draft.audit
    assert audit is not None
    return {
        "at": now,
        "event_seq": seq,
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
