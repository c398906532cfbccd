"""Live conversations: a snapshot, then every change (M7)."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry

from db.models.conversations import Message as MessageRow
from domain.errors import Invalid
from domain.events import RecordedEvent
from domain.events.marketplace import PartnershipChanged
from domain.events.messages import ConversationReadMoved, MessageChanged
from domain.marketplace.conversations import (
    MAX_POSITION,
    Conversation,
    Participant,
    participant_of,
    require_participant,
)
from schema.context import Info
from schema.types import conversations as types
from schema.types.conversations import ConversationsUpdate, ConversationUpdate, read_conversation
from schema.types.messages import Message
from schema.types.node import decode_id
from services.marketplace import messages
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest

BATCH = 50  # messages of one result

ConversationId = Annotated[strawberry.ID, strawberry.argument(description="The conversation.")]
After = Annotated[
    int | None,
    strawberry.argument(
        description="The revision up to which the caller knows the conversation: only what "
        "changed since is sent."
    ),
]


async def conversation(
    info: Info, id: ConversationId, after: After = None
) -> AsyncIterator[ConversationUpdate]:
    """A conversation with its newest messages, then each message that is new or changed.

    It ends when the partnership ends, with a last result that says so.
    """
    key, progress = decode_id(id, "Conversation"), _Progress(_check_after(after))
    viewer = require_participant(info.context.actor)
    newest: Latest[RecordedEvent] = Latest()  # one unread event is enough: rows are read again
    async with open_events(info, newest, _concerns(viewer, key)) as changes:
        while True:
            view = await read_conversation(info, key)
            has_more = True
            while has_more:
                rows, has_more = await progress.advance(info, view)
                yield ConversationUpdate(
                    conversation=types.Conversation.of(view),
                    messages=[Message.of(row) for row in rows],
                )
            if not view.is_open or await anext(changes, None) is None:
                return


async def conversations(info: Info) -> AsyncIterator[ConversationsUpdate]:
    """The number of conversations with unread messages, then each conversation that changes.

    The staff has none, and its stream ends with the first result.
    """
    viewer = participant_of(info.context.actor)
    if viewer is None:
        yield ConversationsUpdate(unread_conversations=0, changed=None)
        return
    # The newest event per conversation, which the number of partnerships bounds.
    newest: Latest[RecordedEvent] = Latest(lambda item: item.event.subject_id)
    async with open_events(info, newest, _concerns(viewer)) as changes:
        unread = await types.unread_conversations(info, viewer)
        yield ConversationsUpdate(unread_conversations=unread, changed=None)
        async for item in changes:
            assert item.event.subject_id is not None  # the id of a partnership
            unread = await types.unread_conversations(info, viewer)
            changed = await types.load_conversation(info, item.event.subject_id)
            yield ConversationsUpdate(unread_conversations=unread, changed=changed)


@dataclass(slots=True)
class _Progress:
    """The revision up to which a subscriber has the conversation; None: it has nothing yet."""

    revision: int | None

    async def advance(self, info: Info, view: Conversation) -> tuple[Sequence[MessageRow], bool]:
        """Return the next batch of messages, and whether there are more.

        The snapshot of messages is read after the conversation, but gets its revision: a message
        that changes in between is sent twice rather than never.
        """
        async with info.context.db.read() as session:
            if self.revision is None:
                self.revision = view.revision
                return await messages.newest(session, view.partnership_id, BATCH), False
            rows = await messages.changed_after(session, view.partnership_id, self.revision, BATCH)
        self.revision = rows[-1].revision if rows else self.revision
        return rows, len(rows) == BATCH


def _concerns(viewer: Participant, key: UUID | None = None) -> Callable[[RecordedEvent], bool]:
    """Return a filter for events of one conversation of a participant, or of all of them."""

    def is_selected(item: RecordedEvent) -> bool:
        event = item.event
        if not isinstance(event, MessageChanged | ConversationReadMoved | PartnershipChanged):
            return False
        if not viewer.takes_part(event.supplier_id, event.couple_id):
            return False
        if isinstance(event, ConversationReadMoved) and event.user_id != viewer.user_id:
            return False
        return key is None or event.partnership_id == key

    return is_selected


def _check_after(after: int | None) -> int | None:
    if after is not None and not 0 <= after <= MAX_POSITION:
        raise Invalid("after is a revision of the conversation.", path=("after",))
    return after
