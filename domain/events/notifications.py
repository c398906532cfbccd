"""What people do with their inbox (M6)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import UserId
from domain.marketplace.notifications import NotificationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEvent(Event):
    """Something happened in the inbox of a person."""

    SUBJECT = Subject.USER
    user_id: UserId

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsRead(InboxEvent):
    """A person has read one notification, or all."""

    TYPE = "notifications.read"
    count: int

    @property
    def summary(self) -> str:
        return f"Notifications read: {self.count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPreferenceChanged(InboxEvent):
    """A person changed the channels of one kind of notification."""

    TYPE = "notifications.preference"
    kind: NotificationKind
    in_app: bool
    email: bool

    @property
    def summary(self) -> str:
        ways = [name for name, on in (("in the app", self.in_app), ("by e-mail", self.email)) if on]
        return f"Notifications of {self.kind}: {' and '.join(ways) or 'none'}"


NOTIFICATION_EVENTS: tuple[type[Event], ...] = (NotificationsRead, NotificationPreferenceChanged)
