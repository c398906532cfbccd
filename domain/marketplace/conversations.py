"""The conversation of a supplier and a couple: who takes part, and what is unread (M7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor
from domain.errors import Forbidden, Invalid, InvalidTransition
from domain.ids import UserId

MAX_UNREAD = 99  # counted no further: pages show "99+"
KEPT_FOR = timedelta(days=3 * 365)  # after the last message
MAX_POSITION = 2**31 - 1


class ConversationSide(StrEnum):
    """One of the two sides of a conversation."""

    SUPPLIER = "supplier"
    COUPLE = "couple"

    @property
    def other(self) -> "ConversationSide":
        """The side that is spoken to."""
        return self.COUPLE if self is self.SUPPLIER else self.SUPPLIER


@dataclass(frozen=True, slots=True)
class Participant:
    """A person who takes part in the conversations of a supplier or a couple."""

    user_id: UserId
    side: ConversationSide
    party_id: UUID  # of the supplier or the couple

    def takes_part(self, supplier_id: UUID, couple_id: UUID) -> bool:
        """Whether a conversation between these two is one of theirs."""
        own_id = supplier_id if self.side is ConversationSide.SUPPLIER else couple_id
        return own_id == self.party_id


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one side of an active partnership, with an account that is not disabled."""

    partnership_id: UUID
    side: ConversationSide
    user_id: UUID
    name: str
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as one participant sees it.

    `revision` counts every change of its messages, `last_position` the messages. `title`: what
    the participant calls the other side.
    """

    partnership_id: UUID
    supplier_id: UUID
    couple_id: UUID
    viewer: Participant
    title: str
    is_open: bool
    connected_at: datetime
    last_message_at: datetime | None
    last_position: int
    revision: int
    read_position: int
    unread: int

    @property
    def last_activity_at(self) -> datetime:
        """The last message, or that they were connected."""
        return max(self.last_message_at or self.connected_at, self.connected_at)


def participant_of(actor: Actor) -> Participant | None:
    """Who takes part; None for the staff, tools and visitors."""
    if actor.user_id is None:
        return None
    if actor.supplier_id is not None:
        return Participant(actor.user_id, ConversationSide.SUPPLIER, actor.supplier_id)
    if actor.couple_id is not None:
        return Participant(actor.user_id, ConversationSide.COUPLE, actor.couple_id)
    return None


def require_participant(actor: Actor) -> Participant:
    """Raises Forbidden for the staff and for tools."""
    participant = participant_of(actor)
    if participant is None:
        raise Forbidden("Only suppliers and couples have conversations.")
    return participant


def check_open(*, is_active: bool) -> None:
    """Raises InvalidTransition once the partnership has ended: what was said stays readable."""
    if not is_active:
        raise InvalidTransition(
            "This connection has ended: its messages can be read, but no new ones sent."
        )


def read_up_to(current: int, requested: int, last: int) -> int:
    """The new read position, which never goes back; raises Invalid for one that is not there."""
    if not 0 <= requested <= last:
        message = f"The position must lie between 0 and {last}, that of the last message."
        raise Invalid(message, path=("input", "position"))
    return max(current, requested)
