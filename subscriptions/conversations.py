"""Conversations, live: subscribe first, then a snapshot, then every change (M7)."""

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
    key, place = decode_id(id, "Conversation"), _Place(_check_after(after))
    viewer, runtime = require_participant(info.context.actor), info.context.runtime
    newest: Latest[RecordedEvent] = Latest()  # one unread event is enough: the rows are read anew
    async with runtime.tail.subscribe(newest, _about(viewer, key)) as changes:
        with runtime.credential_watch.guard(info.context.actor, changes):
            while True:
                view = await read_conversation(info, key)
                more = True
                while more:
                    rows, more = await place.advance(info, view)
                    yield ConversationUpdate(
                        conversation=types.Conversation.of(view),
                        messages=[Message.of(row) for row in rows],
                    )
                if not view.is_open or await anext(changes, None) is None:
                    return


async def conversations(info: Info) -> AsyncIterator[ConversationsUpdate]:
    """How many conversations hold something unread, then each conversation that changes.

    The staff has none, and its stream ends with the first result.
    """
    viewer, runtime = participant_of(info.context.actor), info.context.runtime
    if viewer is None:
        yield ConversationsUpdate(unread_conversations=0, changed=None)
        return
    # The newest event of each conversation: bounded by the caller's partnerships.
    newest: Latest[RecordedEvent] = Latest(lambda item: item.event.subject_id)
    async with runtime.tail.subscribe(newest, _about(viewer)) as changes:
        with runtime.credential_watch.guard(info.context.actor, changes):
            unread = await types.unread_conversations(info, viewer)
            yield ConversationsUpdate(unread_conversations=unread, changed=None)
            async for item in changes:
                assert item.event.subject_id is not None  # they are about a partnership
                unread = await types.unread_conversations(info, viewer)
                changed = await types.load_conversation(info, item.event.subject_id)
                yield ConversationsUpdate(unread_conversations=unread, changed=changed)


@dataclass(slots=True)
class _Place:
    """The revision up to which a subscriber knows a conversation; None: it knows nothing yet."""

    known: int | None

    async def advance(self, info: Info, view: Conversation) -> tuple[Sequence[MessageRow], bool]:
        """The next batch of messages, and whether there are more.

        A snapshot counts as of the conversation that was read before it: what changed in between
        is sent twice, never not at all.
        """
        async with info.context.db.read() as session:
            if self.known is None:
                self.known = view.revision
                return await messages.newest(session, view.partnership_id, BATCH), False
            rows = await messages.changed_after(session, view.partnership_id, self.known, BATCH)
        self.known = rows[-1].revision if rows else self.known
        return rows, len(rows) == BATCH


def _about(viewer: Participant, key: UUID | None = None) -> Callable[[RecordedEvent], bool]:
    """What concerns a participant: of one conversation, or of all of theirs."""

    def concerns(item: RecordedEvent) -> bool:
        event = item.event
        if not isinstance(event, MessageChanged | ConversationReadMoved | PartnershipChanged):
            return False
        if not viewer.takes_part(event.supplier_id, event.couple_id):
            return False
        if isinstance(event, ConversationReadMoved) and event.user_id != viewer.user_id:
            return False
        return key is None or event.partnership_id == key

    return concerns


def _check_after(after: int | None) -> int | None:
    if after is not None and not 0 <= after <= MAX_POSITION:
        raise Invalid("after is a revision of the conversation.", path=("after",))
    return after
