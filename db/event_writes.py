"""Write any number of events with their audit rows in one statement (PERF2)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from db.drafts import Draft
from db.driver import Statements
from db.event_rows import encode
from domain.actors import ActorRef
from domain.events import WrittenEvent
from domain.ids import EventId

# Drafts get their ids first, so that the rows of both tables can refer to each other within one
# statement. Callers append a SELECT, for example from `audited`: the inserted rows of `changes`.
RECORD = """
WITH draft AS MATERIALIZED (
  SELECT nextval('launch_events_id_seq') AS id, given.*
  FROM jsonb_to_recordset($1::text::jsonb) AS given (
    occurred_at timestamptz, recorded_at timestamptz, requested_at timestamptz, kind text,
    actor_kind text, actor_id uuid, actor_label text, subject_kind text, subject_id uuid,
    phase_id uuid, payload jsonb, audited uuid, action text, before jsonb, after jsonb,
    reason text, run_id uuid, reverts_id uuid)
), event AS (
  INSERT INTO launch_events (id, at, recorded_at, requested_at, kind, actor_kind, actor_id,
    actor_label, subject_kind, subject_id, phase_id, payload)
  SELECT id, occurred_at, recorded_at, requested_at, kind, actor_kind, actor_id, actor_label,
    subject_kind, subject_id, phase_id, payload FROM draft ORDER BY id
), audited AS (
  INSERT INTO changes (at, event_id, actor_kind, actor_id, actor_label, subject_kind, subject_id,
    action, before, after, reason, run_id, reverts_id)
  SELECT occurred_at, id, actor_kind, actor_id, actor_label, subject_kind, audited, action,
    before, after, reason, run_id, reverts_id FROM draft WHERE audited IS NOT NULL ORDER BY id
  RETURNING *
)"""
_APPEND_SQL = f"{RECORD} SELECT id FROM draft ORDER BY id"  # noqa: S608


async def append(
    work: Statements, drafts: Sequence[Draft], requested_at: datetime
) -> list[WrittenEvent]:
    """Write events and their audit rows. Positions are assigned after the commit.

    `requested_at` is when the transaction began; it may have waited for row locks until `now`.
    """
    if not drafts:
        return []
    rows = await work.fetch(_APPEND_SQL, serialize_drafts(drafts, work.now, requested_at))
    return [written_event(draft, row[0], work.now) for draft, row in zip(drafts, rows, strict=True)]


def serialize_drafts(drafts: Sequence[Draft], now: datetime, requested_at: datetime) -> str:
    """Serialize drafts as the first parameter of RECORD."""
    rows = [_row(draft, now, requested_at) for draft in drafts]
    return json.dumps(rows, default=_encode_value)


def written_event(draft: Draft, key: int, now: datetime) -> WrittenEvent:
    """Build the event that was written for a draft under the id `key`."""
    return WrittenEvent(
        id=EventId(key),
        occurred_at=_occurred_at(draft, now),
        recorded_at=now,
        actor=draft.actor.ref,
        event=draft.event,
    )


def _occurred_at(draft: Draft, now: datetime) -> datetime:
    """Return when the event happened, never later than `now`: clocks of processes differ."""
    return min(draft.occurred_at or now, now)


def _row(draft: Draft, now: datetime, requested_at: datetime) -> dict[str, object]:
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
        **_audit_columns(draft),
    }


def _encode_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be stored in the event log")


def _actor_columns(ref: ActorRef) -> dict[str, object]:
    return {f"actor_{name}": value for name, value in asdict(ref).items()}


def _audit_columns(draft: Draft) -> Mapping[str, str | UUID | dict[str, object] | None]:
    audit = draft.audit
    if audit is None:
        return {}
    return {
        "audited": audit.subject_id,
        "action": getattr(draft.event, "action", draft.event.TYPE),
        "before": audit.before,
        "after": audit.after,
        "reason": audit.reason,
        "run_id": audit.run_id,
        "reverts_id": audit.reverts_id,
    }
