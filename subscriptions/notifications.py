"""The live inbox: its state, then each change of it (M6)."""

from collections.abc import AsyncIterator

from domain.events import RecordedEvent
from domain.events.messages import ConversationReadMoved
from domain.events.notifications import NotificationsRead
from domain.marketplace.conversations import Participant, participant_of
from domain.overview.notices import notices_of
from schema.context import Info
from schema.types.notifications import InboxUpdate, read_update
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest


async def notifications(info: Info) -> AsyncIterator[InboxUpdate]:
    """The number of unread notifications and the newest one, then whenever they change.

    The staff has no inbox, and its stream ends with the first result.
    """
    reader = participant_of(info.context.actor)
    if reader is None:
        yield InboxUpdate(unread_count=0, newest=None)
        return
    newest: Latest[RecordedEvent] = Latest()  # one unread event is enough: rows are read again
    async with open_events(info, newest, lambda item: _concerns(item, reader)) as changes:
        while True:
            yield await read_update(info, reader)
            if await anext(changes, None) is None:
                return


def _concerns(item: RecordedEvent, reader: Participant) -> bool:
    if isinstance(item.event, NotificationsRead | ConversationReadMoved):
        return item.event.user_id == reader.user_id
    return any(notice.is_for(reader) for notice in notices_of(item))
