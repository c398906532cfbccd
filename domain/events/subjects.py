"""Which events belong to an object."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.events import Subject


@dataclass(frozen=True, slots=True)
class EventsAbout:
    """Events of these kinds about these objects, or of this phase.

    `ids` None: events without a row, such as those of health.
    """

    kinds: Sequence[str]
    subject: Subject
    ids: Sequence[UUID] | None
    phase_id: UUID | None = None
