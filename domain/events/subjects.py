"""Which events an object is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.events import Subject


@dataclass(frozen=True, slots=True)
class EventsAbout:
    """Events of these kinds about these things, or of this phase.

    `ids` None: events that are about no row, such as those of health.
    """

    kinds: Sequence[str]
    subject: Subject
    ids: Sequence[UUID] | None
    phase_id: UUID | None = None
