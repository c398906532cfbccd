"""Which events people are notified of: one map, from which inbox and e-mails follow (M6)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from domain.actors import ActorKind, ActorRef
from domain.events import Event, WrittenEvent
from domain.events.couples import JOINED, LEFT, CoupleMemberChanged
from domain.events.marketplace import (
    ENDING,
    LINK_REQUESTED,
    InvitationChanged,
    InvitationFollowedUp,
    OnboardingChanged,
    PartnershipChanged,
)
from domain.events.messages import SENT, MessageChanged
from domain.marketplace.conversations import ConversationSide, Participant
from domain.marketplace.notifications import NotificationKind
from domain.marketplace.nudges import WAS_HELPED


@dataclass(frozen=True, slots=True)
class Notice:
    """What an event says to all accounts of a supplier or couple, or to one account.

    `except_user_id`: the actor, who is not notified.
    """

    kind: NotificationKind
    side: ConversationSide
    party_id: UUID | None = None
    user_id: UUID | None = None
    partnership_id: UUID | None = None
    client_id: UUID | None = None
    except_user_id: UUID | None = None

    def is_for(self, reader: Participant) -> bool:
        """Whether it is addressed to an account of a supplier or couple."""
        if reader.user_id == self.except_user_id or reader.side is not self.side:
            return False
        return reader.user_id == self.user_id or reader.party_id == self.party_id


_SUPPLIER, _COUPLE = ConversationSide.SUPPLIER, ConversationSide.COUPLE
_INVITATIONS = {
    "accepted": NotificationKind.INVITATION_ACCEPTED,
    "declined": NotificationKind.INVITATION_DECLINED,
    ENDING: NotificationKind.INVITATION_ENDING,
    LINK_REQUESTED: NotificationKind.LINK_REQUESTED,
}
_MEMBERS = {JOINED: NotificationKind.PARTNER_JOINED, LEFT: NotificationKind.PARTNER_LEFT}


def notices_of(written: WrittenEvent) -> tuple[Notice, ...]:
    """Return the recipients of an event; most events have none."""
    rule = _RULES.get(type(written.event))
    return rule(written.event, written.actor) if rule else ()


def _invitation(event: Event, _actor: ActorRef) -> tuple[Notice, ...]:
    assert isinstance(event, InvitationChanged | InvitationFollowedUp)
    kind = _INVITATIONS.get(event.action)
    if kind is None:
        return ()
    return (Notice(kind, _SUPPLIER, event.supplier_id, client_id=event.client_id),)


def _partnership(event: Event, actor: ActorRef) -> tuple[Notice, ...]:
    """Notify the side that did not end it, and both sides if the staff did."""
    assert isinstance(event, PartnershipChanged)
    key = event.partnership_id
    if event.action == "connected":
        kind = NotificationKind.CONNECTED
        return (Notice(kind, _COUPLE, event.couple_id, partnership_id=key),)
    if event.action != "parted":
        return ()
    author = actor.id if actor.kind is ActorKind.USER else None
    return tuple(
        Notice(
            NotificationKind.PARTNERSHIP_ENDED,
            side,
            party_id,
            partnership_id=key,
            except_user_id=author,
        )
        for side, party_id in ((_SUPPLIER, event.supplier_id), (_COUPLE, event.couple_id))
    )


def _onboarding(event: Event, _actor: ActorRef) -> tuple[Notice, ...]:
    assert isinstance(event, OnboardingChanged)
    if event.action != WAS_HELPED:
        return ()
    side = ConversationSide(event.side.value)
    return (Notice(NotificationKind.HELP_ANSWERED, side, user_id=event.user_id),)


def _message(event: Event, _actor: ActorRef) -> tuple[Notice, ...]:
    assert isinstance(event, MessageChanged)
    if event.action != SENT:
        return ()
    side, key = event.side.other, event.partnership_id
    party_id = event.supplier_id if side is _SUPPLIER else event.couple_id
    return (Notice(NotificationKind.MESSAGE, side, party_id, partnership_id=key),)


def _member(event: Event, _actor: ActorRef) -> tuple[Notice, ...]:
    """Notify the member who stays, unless that one removed the other."""
    assert isinstance(event, CoupleMemberChanged)
    kind = _MEMBERS.get(event.action)
    if kind is None:
        return ()
    return (Notice(kind, _COUPLE, event.couple_id, except_user_id=event.user_id),)


_RULES: dict[type[Event], Callable[[Event, ActorRef], tuple[Notice, ...]]] = {
    InvitationChanged: _invitation,
    InvitationFollowedUp: _invitation,
    PartnershipChanged: _partnership,
    OnboardingChanged: _onboarding,
    MessageChanged: _message,
    CoupleMemberChanged: _member,
}
