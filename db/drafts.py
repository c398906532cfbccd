"""What a unit of work will write into the log when it commits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.events import Event


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit keeps of a change beside its event (A4)."""

    subject_id: UUID
    before: dict[str, object] | None = None
    after: dict[str, object] | None = None
    reason: str | None = None
    run_id: UUID | None = None
    reverts_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that will be recorded when the unit of work commits.

    `occurred_at` None: it happens with the transaction that records it.
    """

    actor: Actor
    event: Event
    audit: Audit | None
    occurred_at: datetime | None = None
