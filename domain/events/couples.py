"""What happens between the two partners of a couple. Ids only, as everywhere in the log (M9)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import CoupleId, CoupleInvitationId, UserId
from domain.marketplace.invitations import InvitationChannel, InvitationStatus

JOINED, LEFT, REMOVED = "joined", "left", "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleMemberChanged(Event):
    """An account became a member of a couple, or is one no longer."""

    TYPE = "couple.member"
    SUBJECT = Subject.USER
    user_id: UserId
    couple_id: CoupleId
    action: str

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        return f"A partner of a couple {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleInvitationChanged(Event):
    """One partner invited the other, or that invitation came to an end."""

    TYPE = "couple.invitation"
    SUBJECT = Subject.INVITATION
    invitation_id: CoupleInvitationId
    couple_id: CoupleId
    channel: InvitationChannel
    action: str
    after: InvitationStatus

    @property
    def subject_id(self) -> UUID | None:
        return self.invitation_id

    @property
    def summary(self) -> str:
        return f"An invitation to a partner was {self.action}"


COUPLE_EVENTS: tuple[type[Event], ...] = (CoupleMemberChanged, CoupleInvitationChanged)
