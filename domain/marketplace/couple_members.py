"""A couple has one or two members: who may come in, and who may be taken out (M9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import InvalidTransition, NotFound

SEATS = (1, 2)
FIRST_SEAT = SEATS[0]


@dataclass(frozen=True, slots=True)
class Member:
    """One of a couple who has an account."""

    couple_id: UUID
    user_id: UUID
    seat: int
    email: str
    joined_at: datetime


def free_seat(taken: Collection[int]) -> int:
    """The seat of the next member; raises InvalidTransition where both have an account."""
    free = [seat for seat in SEATS if seat not in taken]
    if not free:
        raise InvalidTransition("Both of you have an account already: nobody else can join.")
    return free[0]


def check_may_join(*, is_member: bool, has_partnerships: bool, has_partner: bool) -> None:
    """Check that a user with a couple may join another one; raises InvalidTransition.

    What they have agreed with suppliers under their own account is not mixed with that of others.
    """
    if is_member:
        raise InvalidTransition(
            "You are logged in with the account that sent this invitation. "
            "Your partner has to open the link."
        )
    if has_partner:
        raise InvalidTransition(
            "You plan with somebody already. Leave them on your profile before you join others."
        )
    if has_partnerships:
        raise InvalidTransition(
            "This account is connected to suppliers of its own. Log out and join with another "
            "e-mail address, or invite your partner from this account instead."
        )


def check_removable(members: Collection[UUID], user_id: UUID) -> None:
    """Raises NotFound for a member of another couple, InvalidTransition for the last one."""
    if user_id not in members:
        raise NotFound("There is no CoupleMember with this id.", path=("id",))
    if len(members) == 1:
        raise InvalidTransition(
            "You are the only one here. To leave for good, delete your account."
        )
