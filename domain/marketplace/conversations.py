"""Conversations of suppliers and couples: participants and unread messages (M7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor
from domain.errors import Forbidden, Invalid, InvalidTransition
from domain.ids import UserId

MAX_UNREAD = 99  # the most that is counted: pages show "99+"
KEPT_FOR = timedelta(days=3 * 365)  # after the last message
MAX_POSITION = 2**31 - 1


class ConversationSide(StrEnum):
    """One of the two sides of a conversation."""

    SUPPLIER = "supplier"
    COUPLE = "couple"

    @property
    def other(self) -> "ConversationSide":
        """The opposite side."""
        return self.COUPLE if self is self.SUPPLIER else self.SUPPLIER


@dataclass(frozen=True, slots=True)
class Participant:
    """A person who reads the conversations of a supplier or a couple."""

    user_id: UserId
    side: ConversationSide
    party_id: UUID  # of the supplier or the couple

    def takes_part(self, supplier_id: UUID, couple_id: UUID) -> bool:
        """True if a conversation of these two is one of the participant's."""
        own_id = supplier_id if self.side is ConversationSide.SUPPLIER else couple_id
        return own_id == self.party_id


@dataclass(frozen=True, slots=True)
class Person:
    """An enabled account on one side of an active partnership."""

    partnership_id: UUID
    side: ConversationSide
    user_id: UUID
    name: str
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as one participant sees it.

    `revision` counts changes of messages, `last_position` messages. `title`: the name that the
    participant has for the other side.
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
        """The moment of the last message, or of the connection."""
        return max(self.last_message_at or self.connected_at, self.connected_at)


def participant_of(actor: Actor) -> Participant | None:
    """The participant of an actor; None for the staff, tools and visitors."""
    if actor.user_id is None:
        return None
    if actor.supplier_id is not None:
        return Participant(actor.user_id, ConversationSide.SUPPLIER, actor.supplier_id)
    if actor.couple_id is not None:
        return Participant(actor.user_id, ConversationSide.COUPLE, actor.couple_id)
    return None


def require_participant(actor: Actor) -> Participant:
    """The participant of an actor; raises Forbidden for the staff and tools."""
    participant = participant_of(actor)
    if participant is None:
        raise Forbidden("Only suppliers and couples have conversations.")
    return participant


def check_open(*, is_active: bool) -> None:
    """Raise InvalidTransition if the partnership has ended; its messages stay readable."""
    if not is_active:
        raise InvalidTransition(
            "This connection has ended: its messages can be read, but no new ones sent."
        )


def read_up_to(current: int, requested: int, last: int) -> int:
    """The new read position, which never decreases; raises Invalid for an unknown position."""
    if not 0 <= requested <= last:
        message = f"The position must lie between 0 and {last}, that of the last message."
        raise Invalid(message, path=("input", "position"))
    return max(current, requested)
