"""The inboxes of suppliers and couples: written from events, in their transaction (M6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.accounts import User
from db.queries import notifications as queries
from db.queries.pages import Moments
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid, NotFound
from domain.events import WrittenEvent
from domain.events.messages import ConversationReadMoved
from domain.events.notifications import NotificationPreferenceChanged, NotificationsRead
from domain.ids import UserId
from domain.marketplace import notifications as rules
from domain.marketplace.conversations import Participant
from domain.marketplace.notifications import Notification, NotificationKind, Preference
from domain.overview.notices import notices_of
from domain.platform.keyset import Keyset

NO_NOTIFICATION = "There is no Notification with this id."


@dataclass(frozen=True, slots=True)
class SetPreference:
    """The settings of a person for one kind of notification; None leaves one as it is."""

    kind: NotificationKind
    in_app: bool | None = None
    email: bool | None = None


async def follow(session: AsyncSession, events: Sequence[WrittenEvent]) -> None:
    """Notify the people whom these events concern, and mark entries that were read elsewhere."""
    for item in events:
        for notice in notices_of(item):
            await queries.add(session, notice, item.id, item.recorded_at)
        event = item.event
        if isinstance(event, ConversationReadMoved):
            await queries.mark_messages_read(
                session, event.user_id, event.partnership_id, event.position, item.recorded_at
            )


async def page(
    session: AsyncSession, reader: Participant, page: Moments, *, unread_only: bool = False
) -> list[Notification]:
    """Return a page of the inbox of an account, newest first."""
    return await queries.page(session, reader.user_id, page, unread_only=unread_only)


async def newest(session: AsyncSession, reader: Participant) -> Notification | None:
    """Return the newest entry of an inbox, or None."""
    rows = await queries.page(session, reader.user_id, Keyset(1), unread_only=False)
    return rows[0] if rows else None


async def count_unread(session: AsyncSession, reader: Participant) -> int:
    """Count the unread entries, up to MAX_UNREAD + 1."""
    return await queries.count_unread(session, reader.user_id)


async def mark_read(uow: UnitOfWork, actor: Actor, reader: Participant, key: UUID) -> Notification:
    """Mark one entry as read; repeating it does nothing. Raises NotFound, also for others' ones."""
    await _mark(uow, actor, reader, key)
    notification = (await queries.by_key(uow.session, [(key, reader.user_id)])).get(
        (key, reader.user_id)
    )
    if notification is None:
        raise NotFound(NO_NOTIFICATION, path=("id",))
    return notification


async def mark_all_read(uow: UnitOfWork, actor: Actor, reader: Participant) -> None:
    """Mark the whole inbox as read; repeating it does nothing."""
    await _mark(uow, actor, reader, None)


async def preferences(session: AsyncSession, reader: Participant) -> list[Preference]:
    """Return the preference of an account for each kind of notification of its side."""
    chosen = await queries.preferences(session, reader.user_id)
    return [chosen.get(kind, Preference(kind)) for kind in rules.kinds_of(reader.side)]


async def set_preference(
    uow: UnitOfWork, actor: Actor, reader: Participant, command: SetPreference
) -> None:
    """Set the preference for a kind; raises Invalid for a kind of the other side."""
    if command.kind not in rules.kinds_of(reader.side):
        message = f"A {reader.side} gets no notifications of this kind."
        raise Invalid(message, path=("input", "kind"))
    await _change(uow, actor, reader.user_id, command)


async def allow_email(
    uow: UnitOfWork, actor: Actor, user_id: UUID, kind: NotificationKind, *, enabled: bool
) -> None:
    """Set the e-mail preference by the link of an e-mail; raises NotFound for a deleted account."""
    if await uow.session.get(User, user_id) is None:
        raise NotFound("There is no such account any more.")
    await _change(uow, actor, user_id, SetPreference(kind, email=enabled))


async def _mark(uow: UnitOfWork, actor: Actor, reader: Participant, key: UUID | None) -> None:
    count = await queries.mark_read(uow.session, reader.user_id, uow.now, key)
    if count:
        uow.record(actor, NotificationsRead(user_id=reader.user_id, count=count))


async def _change(uow: UnitOfWork, actor: Actor, user_id: UUID, command: SetPreference) -> None:
    preferences = await queries.preferences(uow.session, user_id)
    before = preferences.get(command.kind, Preference(command.kind))
    after = replace(
        before,
        in_app=before.in_app if command.in_app is None else command.in_app,
        email=before.email if command.email is None else command.email,
    )
    if after == before:
        return
    await queries.save_preference(uow.session, user_id, after, uow.now)
    event = NotificationPreferenceChanged(
        user_id=UserId(user_id), kind=after.kind, in_app=after.in_app, email=after.email
    )
    uow.record(actor, event, Audit(user_id, before=_ways(before), after=_ways(after)))


def _ways(preference: Preference) -> dict[str, object]:
    return {
        "kind": preference.kind.name,
        "inApp": preference.in_app,
        "email": preference.email,
    }
