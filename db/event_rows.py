"""Convert rows of the event log to events and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from db.json_text import read_json
from db.models.events import LaunchEvent
from domain.actors import ActorKind, ActorRef
from domain.events import ALL_EVENTS, Event, FlagChanged, RecordedEvent, UnknownEvent
from domain.events.accounts import ACCOUNT_EVENTS
from domain.events.alerts import ALERT_EVENTS
from domain.events.archives import ARCHIVE_EVENTS
from domain.events.couples import COUPLE_EVENTS
from domain.events.criteria import CRITERION_EVENTS
from domain.events.imports import IMPORT_EVENTS
from domain.events.kills import KILL_EVENTS
from domain.events.legal import LEGAL_EVENTS
from domain.events.marketplace import MARKETPLACE_EVENTS
from domain.events.messages import MESSAGE_EVENTS
from domain.events.notifications import NOTIFICATION_EVENTS
from domain.events.rehearsals import REHEARSAL_EVENTS
from domain.events.webhooks import WEBHOOK_EVENTS
from domain.ids import EventId, EventSeq

_KINDS = {
    kind.TYPE: kind
    for kind in (
        *ALL_EVENTS,
        *CRITERION_EVENTS,
        *IMPORT_EVENTS,
        *MARKETPLACE_EVENTS,
        *REHEARSAL_EVENTS,
        *ALERT_EVENTS,
        *WEBHOOK_EVENTS,
        *ACCOUNT_EVENTS,
        *KILL_EVENTS,
        *COUPLE_EVENTS,
        *LEGAL_EVENTS,
        *MESSAGE_EVENTS,
        *NOTIFICATION_EVENTS,
        *ARCHIVE_EVENTS,
    )
}
# Created on first use because an adapter is expensive to build.
_adapters: dict[type[Event], TypeAdapter[Event]] = {}


def _adapter(kind: type[Event]) -> TypeAdapter[Event]:
    adapter = _adapters.get(kind)
    if adapter is None:
        adapter = _adapters[kind] = TypeAdapter(kind)
    return adapter


def encode(event: Event) -> dict[str, object]:
    """Encode the payload of an event as plain JSON values."""
    payload: dict[str, object] = _adapter(type(event)).dump_python(event, mode="json")
    return payload


def decode(kind: str, payload: dict[str, object]) -> Event:
    """Decode a payload; a kind that this version does not know becomes an UnknownEvent."""
    kind_class = _KINDS.get(kind)
    return _adapter(kind_class).validate_python(payload) if kind_class else UnknownEvent(kind=kind)


def recorded(row: LaunchEvent) -> RecordedEvent:
    """Convert a row loaded by SQLAlchemy to an event."""
    return event_of(
        row.id,
        row.seq,
        row.occurred_at,
        row.recorded_at,
        row.actor_kind,
        row.actor_id,
        row.actor_label,
        row.kind,
        row.payload,
        row.set_version,
    )


def recorded_of(row: asyncpg.Record) -> RecordedEvent:
    """Convert a row loaded by asyncpg to an event."""
    columns: Mapping[str, Any] = row
    return event_of(
        columns["id"],
        columns["seq"],
        columns["at"],
        columns["recorded_at"],
        ActorKind(columns["actor_kind"]),
        columns["actor_id"],
        columns["actor_label"],
        columns["kind"],
        read_json(columns["payload"]),
        columns["set_version"],
    )


def event_of(
    key: int,
    seq: int | None,
    occurred_at: datetime,
    recorded_at: datetime,
    actor_kind: ActorKind,
    actor_id: UUID | None,
    actor_label: str,
    kind: str,
    payload: dict[str, object],
    set_version: int | None,
) -> RecordedEvent:
    """Build an event from the columns of its row."""
    assert seq is not None  # readers select numbered events only
    return RecordedEvent(
        id=EventId(key),
        seq=EventSeq(seq),
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=ActorRef(actor_kind, actor_id, actor_label),
        event=_decode_with_version(kind, payload, set_version),
    )


def _decode_with_version(kind: str, payload: dict[str, object], set_version: int | None) -> Event:
    """Decode an event and set its flag set version.

    The version is stored beside the position; events of older releases have it in the payload.
    """
    event = decode(kind, payload)
    if set_version is not None and isinstance(event, FlagChanged):
        return replace(event, set_version=set_version)
    return event
