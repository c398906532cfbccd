"""Events of rehearsals (X4)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalMoved(Event):
    """A rehearsal reached another stage; nothing that users see has changed (X4)."""

    TYPE = "rehearsal.moved"
    SUBJECT = Subject.PHASE
    run_id: RunId
    name: str
    stage: str

    @property
    def subject_id(self) -> UUID | None:
        return self.phase_id

    @property
    def summary(self) -> str:
        return f"Rehearsal of {self.name}: {self.stage}"


REHEARSAL_EVENTS: tuple[type[Event], ...] = (RehearsalMoved,)
