"""Who has accepted which document. Ids and versions only (M12)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsAccepted(Event):
    """An account accepted documents; each is named as `terms 1`."""

    TYPE = "legal.accepted"
    SUBJECT = Subject.USER
    user_id: UserId
    documents: tuple[str, ...]

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        return f"Documents were accepted: {', '.join(self.documents)}"


LEGAL_EVENTS: tuple[type[Event], ...] = (DocumentsAccepted,)
