"""Events between suppliers and couples. They hold ids only; the log outlives people's data."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import (
    ClientId,
    CoupleId,
    InvitationId,
    OnboardingId,
    PartnershipId,
    SupplierId,
    UserId,
)
from domain.journeys.onboarding import OnboardingSide
from domain.marketplace.clients import ClientStatus, ConnectionMethod
from domain.marketplace.invitations import InvitationChannel, InvitationStatus

REMINDED, ENDING, LINK_REQUESTED = "couple reminded", "ends within a day", "new link requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Event):
    """A supplier or a couple changed its profile; `fields` names the changed fields.

    `couple_id`: of a couple, so that both partners learn of it; None in events of older releases.
    """

    TYPE = "profile.changed"
    SUBJECT = Subject.USER
    user_id: UserId
    fields: tuple[str, ...]
    couple_id: CoupleId | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        return f"A profile changed: {', '.join(self.fields)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAdded(Event):
    """A supplier added a client."""

    TYPE = "client.added"
    SUBJECT = Subject.CLIENT
    client_id: ClientId
    supplier_id: SupplierId

    @property
    def subject_id(self) -> UUID | None:
        return self.client_id

    @property
    def summary(self) -> str:
        return "A client was added"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Event):
    """A client was edited, archived or restored."""

    TYPE = "client.changed"
    SUBJECT = Subject.CLIENT
    client_id: ClientId
    supplier_id: SupplierId
    action: str
    before: ClientStatus
    after: ClientStatus

    @property
    def subject_id(self) -> UUID | None:
        return self.client_id

    @property
    def summary(self) -> str:
        return f"A client was {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationChanged(Event):
    """An invitation was sent, opened, accepted or ended (X13)."""

    TYPE = "invitation.changed"
    SUBJECT = Subject.INVITATION
    invitation_id: InvitationId
    client_id: ClientId
    supplier_id: SupplierId
    couple_id: CoupleId | None = None
    channel: InvitationChannel
    action: str
    before: InvitationStatus | None
    after: InvitationStatus

    @property
    def subject_id(self) -> UUID | None:
        return self.invitation_id

    @property
    def summary(self) -> str:
        return f"An invitation was {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEmailChanged(Event):
    """The e-mail of an invitation bounced, failed, or arrived after all (X13)."""

    TYPE = "invitation.letter"
    SUBJECT = Subject.INVITATION
    invitation_id: InvitationId
    action: str

    @property
    def subject_id(self) -> UUID | None:
        return self.invitation_id

    @property
    def summary(self) -> str:
        return f"The letter with an invitation {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationFollowedUp(Event):
    """Its couple was reminded, it ends soon, or its couple asked for a new link (M6)."""

    TYPE = "invitation.followed_up"
    SUBJECT = Subject.INVITATION
    invitation_id: InvitationId
    client_id: ClientId
    supplier_id: SupplierId
    action: str

    @property
    def subject_id(self) -> UUID | None:
        return self.invitation_id

    @property
    def summary(self) -> str:
        return f"An invitation: {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipChanged(Event):
    """A supplier and a couple were connected or disconnected (S11)."""

    TYPE = "partnership.changed"
    SUBJECT = Subject.PARTNERSHIP
    partnership_id: PartnershipId
    supplier_id: SupplierId
    couple_id: CoupleId
    method: ConnectionMethod
    action: str
    is_active: bool
    seconds_to_connect: int | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.partnership_id

    @property
    def summary(self) -> str:
        return f"A supplier and a couple: {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingChanged(Event):
    """A person completed a step of the guided setup or requested help."""

    TYPE = "onboarding.changed"
    SUBJECT = Subject.ONBOARDING
    onboarding_id: OnboardingId
    user_id: UserId
    side: OnboardingSide
    action: str
    percentage: int
    completed: tuple[str, ...] = ()

    @property
    def subject_id(self) -> UUID | None:
        return self.onboarding_id

    @property
    def summary(self) -> str:
        steps = f": {', '.join(self.completed)}" if self.completed else ""
        return f"Onboarding of a {self.side} {self.action}{steps} ({self.percentage} %)"


MARKETPLACE_EVENTS: tuple[type[Event], ...] = (
    ProfileChanged,
    ClientAdded,
    ClientChanged,
    InvitationChanged,
    InvitationEmailChanged,
    InvitationFollowedUp,
    PartnershipChanged,
    OnboardingChanged,
)
