"""The append-only event log and the audit of changes (S14, A4)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, TransactionId, UuidKey, enum_column, reference
from domain.actors import ActorKind
from domain.events import Subject

# Used when an account is deleted and its e-mail must be removed from the log.
_OF_A_PERSON = "actor_kind = 'user'"


def _of_party(party: str) -> Index:
    """Index the events of one supplier or couple, which read them as marketplace events."""
    key = f"(payload ->> '{party}_id')"
    where = text(f"{key} IS NOT NULL")
    return Index(f"ix_launch_events_{party}", text(key), "seq", postgresql_where=where)


class EventCounter(Base):
    """A single row: the newest position, and the transaction id below which all events have one.

    Only `launch_number_events` locks and updates it.
    """

    __tablename__ = "launch_event_counter"
    __table_args__ = (CheckConstraint("id", name="one_row"),)

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    scanned: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class LaunchEvent(Base):
    """One fact.

    Triggers refuse UPDATE and DELETE, except for replacing the name of a deleted person.

    `id` is its identity, known inside its transaction; `seq` is its position, NULL from the commit
    until `db.event_positions` assigns it, together with the flag set version that its transaction
    made. The column `at` keeps its name for the previous release. `requested_at`: when its
    transaction began, if it had to wait for row locks.
    """

    __tablename__ = "launch_events"
    __table_args__ = (
        UniqueConstraint("seq"),
        Index("ix_launch_events_waiting", "xid", postgresql_where=text("seq IS NULL")),
        Index(None, "at"),
        Index(None, "recorded_at"),
        Index(None, "phase_id", "seq"),
        Index(None, "subject_kind", "subject_id", "seq"),
        # The marketplace events of one supplier or couple.
        *(_of_party(party) for party in ("supplier", "couple")),
        Index("ix_launch_events_person", "actor_id", postgresql_where=text(_OF_A_PERSON)),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    xid: Mapped[TransactionId]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    set_version: Mapped[int | None]
    occurred_at: Mapped[datetime] = mapped_column("at")
    recorded_at: Mapped[Moment]
    requested_at: Mapped[datetime | None]
    kind: Mapped[str]
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    subject_kind: Mapped[Subject] = mapped_column(enum_column(Subject))
    subject_id: Mapped[UUID | None]
    phase_id: Mapped[UUID | None]
    payload: Mapped[dict[str, object]] = mapped_column(JSONB)


class Change(Base):
    """An audit entry: who changed what, before and after, and why. Append-only like the log."""

    __tablename__ = "changes"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id", "at"),
        Index(None, "event_id"),
        Index(None, "run_id"),
        Index(None, "at"),
        Index(None, "reverts_id"),
        Index("ix_changes_person", "actor_id", postgresql_where=text(_OF_A_PERSON)),
    )

    id: Mapped[UuidKey]
    at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(ForeignKey("launch_events.id"))
    event_seq: Mapped[int | None] = mapped_column(BigInteger)  # written by the previous release
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    subject_kind: Mapped[Subject] = mapped_column(enum_column(Subject))
    subject_id: Mapped[UUID]
    action: Mapped[str]
    before: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None]
    run_id: Mapped[UUID | None]
    reverts_id: Mapped[UUID | None] = mapped_column(reference("changes"))


class IdempotencyKey(Base):
    """The result of a mutation, stored for 24 hours so that a repeat returns it (A45)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    request_hash: Mapped[bytes]
    result: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[Moment]
