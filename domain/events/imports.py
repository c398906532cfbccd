"""Events of client imports and bulk invitations: one for each batch (M10)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import SupplierId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsImported(Event):
    """A supplier imported clients from a file."""

    TYPE = "clients.imported"
    SUBJECT = Subject.USER
    user_id: UserId
    supplier_id: SupplierId
    import_id: UUID
    added: int
    already_there: int
    with_errors: int

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        return f"A supplier imported {self.added} clients"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkInvitationChanged(Event):
    """A bulk invitation was started, extended, delayed, stopped or finished."""

    TYPE = "invitations.bulk"
    SUBJECT = Subject.USER
    user_id: UserId
    supplier_id: SupplierId
    bulk_id: UUID
    action: str
    clients: int = 0

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        clients = f" with {self.clients} clients" if self.clients else ""
        return f"A bulk invitation was {self.action}{clients}"


IMPORT_EVENTS: tuple[type[Event], ...] = (ClientsImported, BulkInvitationChanged)
