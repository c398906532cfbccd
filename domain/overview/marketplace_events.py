"""Which events of the log are marketplace events, and whose they are: one map (M14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.events import Event, UserSignedUp
from domain.events.marketplace import InvitationChanged, PartnershipChanged
from domain.events.messages import SENT, MessageChanged
from domain.platform.row_scope import RowScope


class MarketplaceEventKind(StrEnum):
    """What happened between suppliers and couples."""

    SUPPLIER_SIGNED_UP = "supplier_signed_up"
    COUPLE_SIGNED_UP = "couple_signed_up"
    INVITATION_SENT = "invitation_sent"
    INVITATION_RESENT = "invitation_resent"
    INVITATION_OPENED = "invitation_opened"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_DECLINED = "invitation_declined"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_EXPIRED = "invitation_expired"
    PARTNERSHIP_STARTED = "partnership_started"
    PARTNERSHIP_ENDED = "partnership_ended"
    MESSAGE_SENT = "message_sent"


@dataclass(frozen=True, slots=True)
class StoredAs:
    """The type of an event in the log, and the value of the field that tells its kinds apart."""

    type: type[Event]
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose event it is: ids of a supplier, a couple, or an account that has neither yet."""

    supplier_id: UUID | None = None
    couple_id: UUID | None = None
    user_id: UUID | None = None

    def include(self, row_scope: RowScope) -> bool:
        """Whether a caller may see the event: the staff with the scope, and its own parties."""
        return (
            row_scope.reaches_all
            or (self.supplier_id is not None and row_scope.reaches_supplier(self.supplier_id))
            or (self.couple_id is not None and row_scope.reaches_couple(self.couple_id))
            or (self.user_id is not None and row_scope.reaches_user(self.user_id))
        )


_Kind = MarketplaceEventKind
STORED: Mapping[MarketplaceEventKind, StoredAs] = {
    _Kind.SUPPLIER_SIGNED_UP: StoredAs(UserSignedUp, "user_type", "supplier"),
    _Kind.COUPLE_SIGNED_UP: StoredAs(UserSignedUp, "user_type", "couple"),
    _Kind.INVITATION_SENT: StoredAs(InvitationChanged, "action", "sent"),
    _Kind.INVITATION_RESENT: StoredAs(InvitationChanged, "action", "resent"),
    _Kind.INVITATION_OPENED: StoredAs(InvitationChanged, "action", "opened"),
    _Kind.INVITATION_ACCEPTED: StoredAs(InvitationChanged, "action", "accepted"),
    _Kind.INVITATION_DECLINED: StoredAs(InvitationChanged, "action", "declined"),
    _Kind.INVITATION_REVOKED: StoredAs(InvitationChanged, "action", "revoked"),
    _Kind.INVITATION_EXPIRED: StoredAs(InvitationChanged, "action", "expired"),
    _Kind.PARTNERSHIP_STARTED: StoredAs(PartnershipChanged, "action", "connected"),
    _Kind.PARTNERSHIP_ENDED: StoredAs(PartnershipChanged, "action", "parted"),
    _Kind.MESSAGE_SENT: StoredAs(MessageChanged, "action", SENT),
}
TYPES = tuple(dict.fromkeys(stored.type.TYPE for stored in STORED.values()))
_KINDS = {(stored.type, stored.value): kind for kind, stored in STORED.items()}
_FIELDS = {stored.type: stored.field for stored in STORED.values()}


def kind_of(event: Event) -> MarketplaceEventKind | None:
    """The kind of an event; None for all that are no marketplace events."""
    field = _FIELDS.get(type(event))
    return _KINDS.get((type(event), str(getattr(event, field)))) if field else None


def parties_of(event: Event) -> Parties:
    """The owner of an event; none for events outside the marketplace."""
    if isinstance(event, UserSignedUp):
        return Parties(user_id=event.user_id)
    if isinstance(event, InvitationChanged | PartnershipChanged | MessageChanged):
        return Parties(event.supplier_id, event.couple_id)
    return Parties()
