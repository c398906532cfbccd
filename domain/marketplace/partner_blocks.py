"""Which side has ended a partnership or blocked the other (M4)."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor
from domain.errors import Invalid, InvalidTransition
from domain.marketplace.invitation_limits import NO_MAIL
from domain.marketplace.invitations import InvitationStatus, refusal


class PartnerSide(StrEnum):
    """One of the two sides of a partnership."""

    SUPPLIER = "supplier"
    COUPLE = "couple"


def side_of(actor: Actor, supplier_id: UUID, couple_id: UUID) -> PartnerSide | None:
    """The side of a partnership that an actor is on; None is neither."""
    if actor.supplier_id is not None and actor.supplier_id == supplier_id:
        return PartnerSide.SUPPLIER
    if actor.couple_id is not None and actor.couple_id == couple_id:
        return PartnerSide.COUPLE
    return None


def check_invite(blocked_by: Collection[PartnerSide], *, by_mail: bool) -> None:
    """Raise if a supplier may not invite a couple again.

    A couple that has blocked the supplier gets no e-mail, and the supplier learns only that none
    can be sent, as for an address that accepts no invitations. A link shows the supplier when it
    is accepted.
    """
    if PartnerSide.SUPPLIER in blocked_by:
        raise InvalidTransition("You have blocked this couple. Unblock it to invite it again.")
    if by_mail and PartnerSide.COUPLE in blocked_by:
        raise Invalid(NO_MAIL, path=("email",))


def check_accept(blocked_by: Collection[PartnerSide]) -> None:
    """Raise if a couple may not connect again; the error does not reveal a block."""
    if PartnerSide.COUPLE in blocked_by:
        raise InvalidTransition(
            "You have blocked this supplier. Unblock it among your suppliers to connect again."
        )
    if PartnerSide.SUPPLIER in blocked_by:
        raise refusal(InvitationStatus.REVOKED)
