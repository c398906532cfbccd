"""Conversations of suppliers and couples (M7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain.errors import LaunchError
from domain.marketplace import conversations as domain
from domain.marketplace.conversations import (
    Participant,
    Person,
    participant_of,
    require_participant,
)
from domain.platform.row_scope import readable
from schema.context import Info
from schema.conversation_enums import ConversationSide
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    encode_cursor,
)
from schema.scalars import EmailAddress
from schema.types.errors import Error
from schema.types.messages import Message, MessageConnection
from schema.types.node import Node, decode_id, node_id
from services.marketplace import conversations, messages
from services.marketplace.conversations import MarkRead

if TYPE_CHECKING:
    from schema.types.couples import Partnership


@strawberry.type(description="A person on one side of an active partnership.")
class Contact:
    """The contact of one side, shown to both while the partnership is active."""

    side: ConversationSide = strawberry.field(description="The side that the person is on.")
    name: str = strawberry.field(description="A supplier's business name, or a couple's names.")
    email: EmailAddress = strawberry.field(description="The e-mail address of the person.")
    phone: str | None = strawberry.field(
        description="The telephone number; null if none was given."
    )

    @classmethod
    def of(cls, person: Person) -> "Contact":
        """A person as the other side sees them."""
        return cls(
            side=person.side,
            name=person.name,
            email=EmailAddress(person.email),
            phone=person.phone,
        )


@strawberry.type(
    description="The conversation of a partnership, as the caller sees it. Only its two sides see "
    "it; once the partnership has ended it can be read, but no message can be sent."
)
class Conversation(Node):
    """The conversation of a partnership, which exists before the first message."""

    title: str = strawberry.field(description="The caller's name for the other side.")
    is_open: bool = strawberry.field(description="Whether messages can be sent.")
    last_activity_at: datetime = strawberry.field(
        description="The time of the last message, or of the connection if there is none."
    )
    last_position: int = strawberry.field(
        description="The position of the last message; 0 if there is none."
    )
    revision: int = strawberry.field(
        description="Counts every change of its messages: pass it to `conversation(after:)` to "
        "receive only what changed since."
    )
    read_position: int = strawberry.field(
        description="The position up to which the caller has read."
    )
    unread_count: int = strawberry.field(
        description=f"Messages of the other side that the caller has not read; "
        f"{domain.MAX_UNREAD + 1} where there are more than {domain.MAX_UNREAD}."
    )
    view: strawberry.Private[domain.Conversation]

    @strawberry.field(description="The partnership; null for a supplier once it has ended.")
    async def partnership(
        self, info: Info
    ) -> Annotated["Partnership", strawberry.lazy("schema.types.couples")] | None:
        """Load the partnership; null for the supplier of one that has ended (SEC11)."""
        from schema.types.couples import Partnership  # noqa: PLC0415 - it imports this module

        row = await info.context.loaders.partnership.load(self.view.partnership_id)
        if row is None or not readable(info.context.actor).sees_partnership(
            row.supplier_id, row.couple_id, is_active=row.is_active
        ):
            return None
        return Partnership.of(row)

    @strawberry.field(description="The last message.")
    async def last_message(self, info: Info) -> Message | None:
        """Load it for all conversations of a page in one statement."""
        row = await info.context.loaders.messaging.last_message.load(self.view.partnership_id)
        return Message.of(row) if row else None

    @strawberry.field(description="Its messages, the oldest first.")
    async def messages(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> MessageConnection:
        """Return one page; `last: 50` is the newest one."""
        page = Page.of(first, after, last, before)
        async with info.context.db.read() as session:
            rows = await messages.page(session, self.view.partnership_id, page.numbers())
        return connection(
            MessageConnection,
            rows,
            page,
            cursor=lambda row: encode_cursor(row.position),
            wrap=Message.of,
        )

    @classmethod
    def of(cls, view: domain.Conversation) -> "Conversation":
        """A conversation as its participant sees it."""
        return cls(
            id=node_id("Conversation", view.partnership_id),
            title=view.title,
            is_open=view.is_open,
            last_activity_at=view.last_activity_at,
            last_position=view.last_position,
            revision=view.revision,
            read_position=view.read_position,
            unread_count=view.unread,
            view=view,
        )


@strawberry.type(description="A page of conversations, the one with the newest activity first.")
class ConversationConnection(Connection[Conversation]):
    """A page whose total is counted only if it is selected."""

    viewer: strawberry.Private[Participant | None]

    @strawberry.field(description="How many conversations have unread messages.")
    async def unread_conversations(self, info: Info) -> int:
        """Count with one additional statement."""
        return await unread_conversations(info, self.viewer)


@strawberry.type(description="A conversation, and the messages that are new or changed.")
class ConversationUpdate:
    """A result of the subscription of one conversation."""

    conversation: Conversation = strawberry.field(description="The conversation as it is now.")
    messages: list[Message] = strawberry.field(
        description="First the newest 50, or what changed after `after`; then each new or changed "
        "message, at most 50 at a time."
    )


@strawberry.type(description="What changed in the conversations of the caller.")
class ConversationsUpdate:
    """A result of the subscription of all conversations."""

    unread_conversations: int = strawberry.field(
        description="How many conversations have unread messages."
    )
    changed: Conversation | None = strawberry.field(
        description="The conversation that changed; null in the first result."
    )


@strawberry.input(description="The position up to which the caller has read.")
class MarkConversationReadInput:
    """The input of `markConversationRead`."""

    conversation_id: strawberry.ID = strawberry.field(description="The conversation.")
    position: int = strawberry.field(
        description="The position of the last message that was read; a lower one changes nothing."
    )

    def command(self) -> MarkRead:
        """Return the command for the service."""
        key = decode_id(self.conversation_id, "Conversation", "input", "conversationId")
        return MarkRead(key, self.position)


@strawberry.type(description="The conversation as it is now.")
class ConversationPayload:
    """The payload of mutations that change a conversation."""

    conversation: Conversation | None = strawberry.field(
        default=None, description="The conversation."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def of(cls, view: domain.Conversation) -> "ConversationPayload":
        """Build the payload of a change."""
        return cls(conversation=Conversation.of(view))

    @classmethod
    def failed(cls, error: LaunchError) -> "ConversationPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


async def load_conversation(info: Info, partnership_id: UUID) -> Conversation | None:
    """Load a conversation of the caller; None for anyone else, including staff."""
    viewer = participant_of(info.context.actor)
    if viewer is None:
        return None
    view = await info.context.loaders.messaging.conversation.load((partnership_id, viewer))
    return Conversation.of(view) if view else None


async def load_contacts(info: Info, partnership_id: UUID) -> Sequence[Contact]:
    """Load both sides of an active partnership, for callers who take part in it."""
    if await load_conversation(info, partnership_id) is None:
        return []
    people = await info.context.loaders.messaging.contacts.load(partnership_id)
    return [Contact.of(person) for person in people or ()]


async def unread_conversations(info: Info, viewer: Participant | None) -> int:
    """Count conversations with unread messages; 0 for callers without conversations."""
    if viewer is None:
        return 0
    async with info.context.db.read() as session:
        return await conversations.count_unread(session, viewer)


async def read_conversation(info: Info, partnership_id: UUID) -> domain.Conversation:
    """Read a conversation of the caller. Raises Forbidden or NotFound."""
    viewer = require_participant(info.context.actor)
    async with info.context.db.read() as session:
        return await conversations.seen(session, viewer, partnership_id)
