"""Events and audit entries that a unit of work writes when it commits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.events import Event


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit stores about a change in addition to its event (A4)."""

    subject_id: UUID
    before: dict[str, object] | None = None
    after: dict[str, object] | None = None
    reason: str | None = None
    run_id: UUID | None = None
    reverts_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be recorded when the unit of work commits.

    `occurred_at` None: the event happens at the time of the transaction that records it.
    """

    actor: Actor
    event: Event
    audit: Audit | None
    occurred_at: datetime | None = None
