"""The inbox of a supplier or a couple (M6)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.errors import LaunchError
from domain.marketplace import notifications as domain
from domain.marketplace.conversations import Participant, participant_of
from domain.marketplace.notifications import Preference
from schema.context import Info
from schema.conversation_enums import ConversationSide
from schema.notification_enums import NotificationKind
from schema.pagination import Connection
from schema.types.errors import Error
from schema.types.node import Node, node_id
from services.marketplace import notifications
from services.marketplace.notifications import SetPreference


@strawberry.type(
    description="One entry of the caller's inbox. Nobody else sees it; it is deleted after a year."
)
class Notification(Node):
    """A notification; its text is written when it is read, with current names."""

    kind: NotificationKind = strawberry.field(description="Why the caller is notified.")
    side: ConversationSide = strawberry.field(description="The side that the caller is on.")
    title: str = strawberry.field(description="What happened, with the name of the other side.")
    text: str = strawberry.field(description="What follows from it, and what to do.")
    path: str = strawberry.field(description="The page of the web app that it leads to.")
    count: int = strawberry.field(
        description="The number of messages: unread messages of a conversation share an entry. 1 "
        "for other kinds."
    )
    created_at: datetime = strawberry.field(
        description="When it happened; of several messages, the last one."
    )
    read_at: datetime | None = strawberry.field(description="When the caller read it.")

    @classmethod
    def of(cls, entry: domain.Notification) -> "Notification":
        """An entry as its reader sees it."""
        return cls(
            id=node_id("Notification", entry.id),
            kind=entry.kind,
            side=entry.side,
            title=domain.title_of(entry),
            text=domain.text_of(entry),
            path=domain.page_of(entry),
            count=entry.count,
            created_at=entry.created_at,
            read_at=entry.read_at,
        )


@strawberry.type(description="A page of the caller's inbox, the newest first.")
class NotificationConnection(Connection[Notification]):
    """A page whose total is counted only if it is selected."""

    reader: strawberry.Private[Participant | None]

    @strawberry.field(
        description=f"How many notifications are unread; {domain.MAX_UNREAD + 1} where there are "
        f"more than {domain.MAX_UNREAD}."
    )
    async def unread_count(self, info: Info) -> int:
        """Count with one additional statement."""
        return await count_unread(info, self.reader)


@strawberry.type(description="What changed in the caller's inbox.")
class InboxUpdate:
    """What the subscription sends."""

    unread_count: int = strawberry.field(
        description=f"How many notifications are unread; {domain.MAX_UNREAD + 1} where there are "
        f"more than {domain.MAX_UNREAD}."
    )
    newest: Notification | None = strawberry.field(
        description="The newest notification, read or not; null for an empty inbox."
    )


@strawberry.type(description="How the caller receives one kind of notification.")
class NotificationPreference:
    """Preferences for one kind of notification; both channels are on by default."""

    kind: NotificationKind = strawberry.field(description="The kind.")
    in_app: bool = strawberry.field(description="Whether it is put into the inbox.")
    email: bool = strawberry.field(
        description="Whether an e-mail follows if it is not read within two minutes."
    )

    @classmethod
    def of(cls, preference: Preference) -> "NotificationPreference":
        """Build the object from a preference."""
        return cls(kind=preference.kind, in_app=preference.in_app, email=preference.email)


@strawberry.input(description="How the caller wants to receive one kind of notification.")
class NotificationPreferenceInput:
    """The input of `setNotificationPreference`; absent fields stay unchanged."""

    kind: NotificationKind = strawberry.field(description="The kind.")
    in_app: bool | None = strawberry.field(
        description="Whether it is put into the inbox.", default=None
    )
    email: bool | None = strawberry.field(description="Whether e-mails are sent.", default=None)

    def command(self) -> SetPreference:
        """Return the command for the service."""
        return SetPreference(self.kind, self.in_app, self.email)


@strawberry.type(description="The unread notifications after the mutation.")
class NotificationsPayload:
    """The payload of mutations that mark notifications as read."""

    notification: Notification | None = strawberry.field(
        default=None, description="The marked notification; null if all were marked."
    )
    unread_count: int | None = strawberry.field(
        default=None, description="How many notifications are unread now."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "NotificationsPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The current notification preferences.")
class NotificationPreferencesPayload:
    """The payload of `setNotificationPreference`."""

    preferences: list[NotificationPreference] | None = strawberry.field(
        default=None, description="All kinds."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "NotificationPreferencesPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


UnreadOnly = Annotated[
    bool, strawberry.argument(description="True: leave out what the caller has read.")
]


async def count_unread(info: Info, reader: Participant | None) -> int:
    """Count unread notifications; 0 for callers without an inbox."""
    if reader is None:
        return 0
    async with info.context.db.read() as session:
        return await notifications.count_unread(session, reader)


async def read_update(info: Info, reader: Participant) -> InboxUpdate:
    """Read the state of an inbox."""
    async with info.context.db.read() as session:
        unread = await notifications.count_unread(session, reader)
        newest = await notifications.newest(session, reader)
    return InboxUpdate(unread_count=unread, newest=Notification.of(newest) if newest else None)


async def load_notification(info: Info, key: UUID) -> Notification | None:
    """Load a notification of the caller; None for anyone else, including staff."""
    reader = participant_of(info.context.actor)
    if reader is None:
        return None
    entry = await info.context.loaders.messaging.notification.load((key, reader.user_id))
    return Notification.of(entry) if entry else None
