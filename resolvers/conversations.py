"""Fields about the conversations of suppliers and couples (M7)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.marketplace.conversations import participant_of
from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, encode_cursor
from schema.types.conversations import (
    Conversation,
    ConversationConnection,
    ConversationPayload,
    MarkConversationReadInput,
)
from schema.types.messages import Message, SendMessageInput, SendMessagePayload
from services.marketplace import conversations as service
from services.marketplace import messages

ReadPositionArgument = Annotated[
    MarkConversationReadInput, strawberry.argument(description="The position.")
]
NewMessageArgument = Annotated[SendMessageInput, strawberry.argument(description="The message.")]


async def conversations(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConversationConnection:
    """The caller's conversations, the one with the newest activity first; none for the staff."""
    page, viewer = Page.of(first, after, last, before), participant_of(info.context.actor)
    views = []
    if viewer is not None:
        async with info.context.db.read() as session:
            views = await service.page(session, viewer, page.moments())
    return connection(
        partial(ConversationConnection, viewer=viewer),
        views,
        page,
        cursor=lambda view: encode_cursor(view.last_activity_at, view.partnership_id),
        wrap=Conversation.of,
    )


async def send_message(info: Info, input: NewMessageArgument) -> SendMessagePayload:
    """Send a message to the other side of an active partnership."""
    await messages.admit(info.context.runtime.rate_limits, info.context.actor)
    async with info.context.db.write() as uow:
        row = await messages.send(uow, info.context.actor, input.command())
    return SendMessagePayload(message=Message.of(row))


async def mark_conversation_read(info: Info, input: ReadPositionArgument) -> ConversationPayload:
    """Set the position up to which the caller has read a conversation."""
    async with info.context.db.write() as uow:
        view = await service.mark_read(uow, info.context.actor, input.command())
    return ConversationPayload.of(view)
