"""Events of conversations. They hold ids and positions, never the text of a message (M7)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import CoupleId, MessageId, MessageReportId, PartnershipId, SupplierId, UserId
from domain.marketplace.conversations import ConversationSide

SENT, HIDDEN, SHOWN = "sent", "hidden", "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEvent(Event):
    """Something happened in the conversation of a partnership."""

    SUBJECT = Subject.PARTNERSHIP
    partnership_id: PartnershipId
    supplier_id: SupplierId
    couple_id: CoupleId

    @property
    def subject_id(self) -> UUID | None:
        return self.partnership_id


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanged(ConversationEvent):
    """A message was sent, hidden or shown again."""

    TYPE = "message.changed"
    message_id: MessageId
    side: ConversationSide
    position: int
    action: str

    @property
    def summary(self) -> str:
        return f"A message of a {self.side} was {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationReadMoved(ConversationEvent):
    """A participant has read a conversation up to a position."""

    TYPE = "conversation.read"
    user_id: UserId
    position: int

    @property
    def summary(self) -> str:
        return "A conversation was read"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReportChanged(ConversationEvent):
    """A message was reported, or a report was handled."""

    TYPE = "message.reported"
    report_id: MessageReportId
    message_id: MessageId
    action: str

    @property
    def summary(self) -> str:
        return f"A report of a message was {self.action}"


MESSAGE_EVENTS: tuple[type[Event], ...] = (
    MessageChanged,
    ConversationReadMoved,
    MessageReportChanged,
)
