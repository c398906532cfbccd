"""Messages of a conversation (M7)."""

from datetime import datetime

import strawberry

from db.models import conversations as rows
from domain.errors import LaunchError
from domain.marketplace.conversations import participant_of
from domain.marketplace.message_text import MAX_BYTES
from schema.context import Info
from schema.conversation_enums import ConversationSide
from schema.pagination import Connection
from schema.types.errors import Error
from schema.types.node import decode_id, node_id
from services.marketplace.messages import SendMessage


@strawberry.type(description="One message. Only the two sides of its conversation see it.")
class Message:
    """A message."""

    id: strawberry.ID = strawberry.field(description="Identifies the message.")
    position: int = strawberry.field(
        description="Its position in the conversation: 1 for the first message, without gaps."
    )
    revision: int = strawberry.field(
        description="Grows whenever the message changes; of two versions the higher one is newer."
    )
    side: ConversationSide = strawberry.field(description="The side that sent it.")
    text: str | None = strawberry.field(
        description="The text, with line breaks; null if it is hidden."
    )
    sent_at: datetime = strawberry.field(description="When it was sent.")
    is_hidden: bool = strawberry.field(description="True: the staff has hidden it.")
    hidden_reason: str | None = strawberry.field(
        description="Why it was hidden, in the words of the staff."
    )
    row: strawberry.Private[rows.Message]

    @strawberry.field(description="Whether the caller's own side sent it.")
    def is_mine(self, info: Info) -> bool:
        """Return whether the caller's side wrote it: two partners are one couple."""
        viewer = participant_of(info.context.actor)
        return viewer is not None and viewer.side is self.row.side

    @classmethod
    def of(cls, row: rows.Message) -> "Message":
        """Build the object from a row, as both sides see it."""
        hidden = row.hidden_at is not None
        return cls(
            id=node_id("Message", row.id),
            position=row.position,
            revision=row.revision,
            side=row.side,
            text=None if hidden else row.text,
            sent_at=row.sent_at,
            is_hidden=hidden,
            hidden_reason=row.hidden_reason,
            row=row,
        )


@strawberry.type(description="A page of messages, the oldest first.")
class MessageConnection(Connection[Message]):
    """A page of messages; `last` selects the newest."""


@strawberry.input(description="A message to send.")
class SendMessageInput:
    """The input of `sendMessage`."""

    conversation_id: strawberry.ID = strawberry.field(description="The conversation.")
    text: str = strawberry.field(
        description=f"Plain text with line breaks, at most {MAX_BYTES} bytes of UTF-8."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client for each message: repeating a request with the same key "
        "returns the first message and sends nothing, for 24 hours."
    )

    def command(self) -> SendMessage:
        """Return the command for the service."""
        key = decode_id(self.conversation_id, "Conversation", "input", "conversationId")
        return SendMessage(key, self.text, self.idempotency_key)


@strawberry.type(description="The message that was sent, or why it was not.")
class SendMessagePayload:
    """The payload of `sendMessage`."""

    message: Message | None = strawberry.field(default=None, description="The message.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "SendMessagePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
