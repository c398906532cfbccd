"""The inbox of a supplier or a couple (M6)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.marketplace.conversations import participant_of, require_participant
from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.types.node import decode_id
from schema.types.notifications import (
    Notification,
    NotificationConnection,
    NotificationPreference,
    NotificationPreferenceInput,
    NotificationPreferencesPayload,
    NotificationsPayload,
    UnreadOnly,
    count_unread,
)
from services.marketplace import notifications as service

Id = Annotated[strawberry.ID, strawberry.argument(description="The notification.")]
Chosen = Annotated[NotificationPreferenceInput, strawberry.argument(description="The preference.")]


async def notifications(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    unread_only: UnreadOnly = False,
) -> NotificationConnection:
    """The caller's inbox, the newest first; empty for the staff."""
    page, reader = Page.of(first, after, last, before), participant_of(info.context.actor)
    rows = []
    if reader is not None:
        async with info.context.db.read() as session:
            rows = await service.page(session, reader, page.moments(), unread_only=unread_only)
    return connection(
        partial(NotificationConnection, reader=reader),
        rows,
        page,
        cursor=moment_cursor,
        wrap=Notification.of,
    )


async def notification_preferences(info: Info) -> list[NotificationPreference]:
    """How the caller receives each kind of notification; empty for the staff."""
    reader = participant_of(info.context.actor)
    if reader is None:
        return []
    async with info.context.db.read() as session:
        preferences = await service.preferences(session, reader)
    return [NotificationPreference.of(item) for item in preferences]


async def mark_notification_read(info: Info, id: Id) -> NotificationsPayload:
    """Mark one notification as read. Repeating changes nothing."""
    key, reader = decode_id(id, "Notification"), require_participant(info.context.actor)
    async with info.context.db.write() as uow:
        entry = await service.mark_read(uow, info.context.actor, reader, key)
    unread = await count_unread(info, reader)
    return NotificationsPayload(notification=Notification.of(entry), unread_count=unread)


async def mark_all_notifications_read(info: Info) -> NotificationsPayload:
    """Mark all notifications of the caller as read. Repeating changes nothing."""
    reader = require_participant(info.context.actor)
    async with info.context.db.write() as uow:
        await service.mark_all_read(uow, info.context.actor, reader)
    return NotificationsPayload(unread_count=await count_unread(info, reader))


async def set_notification_preference(info: Info, input: Chosen) -> NotificationPreferencesPayload:
    """Set how to receive one kind of notification."""
    reader = require_participant(info.context.actor)
    async with info.context.db.write() as uow:
        await service.set_preference(uow, info.context.actor, reader, input.command())
    return NotificationPreferencesPayload(preferences=await notification_preferences(info))
