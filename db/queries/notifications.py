"""SQL about the inboxes of suppliers and couples (M6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.conversations import Conversation
from db.models.couples import CoupleMember, Partnership
from db.models.notifications import Notification, NotificationPreference
from db.models.suppliers import Client, Supplier
from db.queries.pages import Moments, newest_first
from domain.marketplace import notifications as domain
from domain.marketplace.conversations import ConversationSide
from domain.marketplace.notifications import MAX_UNREAD, NotificationKind, Preference
from domain.overview.notices import Notice

_Rows: TypeAlias = Select[*tuple[Any, ...]]
_Reference: TypeAlias = ColumnElement[UUID | None] | ScalarSelect[UUID]
Key: TypeAlias = tuple[UUID, UUID]  # id of the notification, id of its reader

_UNREAD_MESSAGES = text("kind = 'message' AND read_at IS NULL")
_COLUMNS = (
    "user_id", "kind", "side", "event_id", "partnership_id", "client_id", "in_app", "created_at",
)  # fmt: skip


class Unmailed(NamedTuple):
    """An unread notification and the e-mail address of its reader."""

    row: Notification
    entry: domain.Notification
    recipient: str


async def add(session: AsyncSession, notice: Notice, event_id: int, now: datetime) -> None:
    """Add a notice to the inbox of each recipient who wants it.

    Messages of one conversation share an entry until it is read.
    """
    in_app = func.coalesce(NotificationPreference.in_app, True)
    rows = (
        select(
            User.id,
            literal(notice.kind, Notification.kind.type),
            literal(notice.side, Notification.side.type),
            literal(event_id),
            _partnership_id(notice),
            _client_id(notice),
            in_app,
            literal(now),
        )
        .outerjoin(NotificationPreference, _preference_of(User.id, notice.kind))
        .where(*_recipients(notice), or_(in_app, _wants_email()))
    )
    insertion = insert(Notification).from_select(_COLUMNS, rows)
    if notice.kind is NotificationKind.MESSAGE:
        insertion = insertion.on_conflict_do_update(
            index_elements=[Notification.user_id, Notification.partnership_id],
            index_where=_UNREAD_MESSAGES,
            set_={
                "count": Notification.count + 1,
                "event_id": insertion.excluded.event_id,
                "in_app": insertion.excluded.in_app,
                "created_at": insertion.excluded.created_at,
            },
        )
    await session.execute(insertion)


async def page(
    session: AsyncSession, user_id: UUID, page: Moments, *, unread_only: bool
) -> list[domain.Notification]:
    """Return a page of the inbox of an account, newest first."""
    where = [Notification.user_id == user_id, Notification.in_app]
    if unread_only:
        where.append(Notification.read_at.is_(None))
    query = newest_first(
        _select_entries().where(*where), Notification.created_at, Notification.id, page
    )
    return [_to_notification(row, name) for row, name in await session.execute(query)]


async def by_key(session: AsyncSession, keys: Sequence[Key]) -> Mapping[Key, domain.Notification]:
    """Load notifications, each for its reader; those of others are left out."""
    query = _select_entries().where(
        Notification.id.in_([key for key, _ in keys]), Notification.in_app
    )
    rows = await session.execute(query)
    notifications = {(row.id, row.user_id): _to_notification(row, name) for row, name in rows}
    return {key: notifications[key] for key in keys if key in notifications}


async def count_unread(session: AsyncSession, user_id: UUID) -> int:
    """Count the unread notifications, up to MAX_UNREAD + 1."""
    unread = (
        select(Notification.id)
        .where(Notification.user_id == user_id, Notification.in_app, Notification.read_at.is_(None))
        .limit(MAX_UNREAD + 1)
    )
    query = select(func.count()).select_from(unread.subquery())
    return (await session.execute(query)).scalar_one()


async def mark_read(
    session: AsyncSession, user_id: UUID, now: datetime, key: UUID | None = None
) -> int:
    """Mark one or all notifications as read; return how many were unread."""
    where = [Notification.user_id == user_id, Notification.read_at.is_(None), Notification.in_app]
    if key is not None:
        where.append(Notification.id == key)
    marked = update(Notification).where(*where).values(read_at=now).returning(Notification.id)
    return len((await session.scalars(marked)).all())


async def mark_messages_read(
    session: AsyncSession, user_id: UUID, partnership_id: UUID, position: int, now: datetime
) -> None:
    """Mark the entry of a conversation as read once its last message is read."""
    is_last = exists().where(
        Conversation.partnership_id == partnership_id, Conversation.last_position <= position
    )
    marked = update(Notification).where(
        Notification.user_id == user_id,
        Notification.partnership_id == partnership_id,
        Notification.kind == NotificationKind.MESSAGE,
        Notification.read_at.is_(None),
        is_last,
    )
    await session.execute(marked.values(read_at=now))


async def lock_unmailed(session: AsyncSession, event_id: int) -> Sequence[Unmailed]:
    """Lock the notifications of an event that are neither read nor e-mailed.

    Messages have their own e-mails. `skip_locked` is not used: a second worker waits and then
    finds nothing.
    """
    query = (
        _select_entries()
        .add_columns(func.coalesce(_supplier_email(), User.email))
        .join(User, User.id == Notification.user_id)
        .outerjoin(NotificationPreference, _preference_of(Notification.user_id, Notification.kind))
        .where(
            Notification.event_id == event_id,
            Notification.kind != NotificationKind.MESSAGE,
            Notification.read_at.is_(None),
            Notification.mailed_at.is_(None),
            User.disabled_at.is_(None),
            _wants_email(),
        )
        .with_for_update(of=Notification)
        .execution_options(populate_existing=True)
    )
    rows = await session.execute(query)
    return [Unmailed(row, _to_notification(row, name), email) for row, name, email in rows]


async def preferences(
    session: AsyncSession, user_id: UUID
) -> Mapping[NotificationKind, Preference]:
    """Return the stored preferences of an account by kind."""
    query = select(NotificationPreference).where(NotificationPreference.user_id == user_id)
    rows = await session.scalars(query)
    return {row.kind: Preference(row.kind, row.in_app, row.email) for row in rows}


async def save_preference(
    session: AsyncSession, user_id: UUID, preference: Preference, now: datetime
) -> None:
    """Store the preference of an account for one kind."""
    values = {"in_app": preference.in_app, "email": preference.email, "updated_at": now}
    row = insert(NotificationPreference).values(user_id=user_id, kind=preference.kind, **values)
    key = [NotificationPreference.user_id, NotificationPreference.kind]
    await session.execute(row.on_conflict_do_update(index_elements=key, set_=values))


async def wants_email(session: AsyncSession, user_id: UUID, kind: NotificationKind) -> bool:
    """Tell whether an account wants e-mails of a kind."""
    row = await session.get(NotificationPreference, (user_id, kind), populate_existing=True)
    return row is None or row.email


def _preference_of(
    user_id: SQLColumnExpression[UUID],
    kind: SQLColumnExpression[NotificationKind] | NotificationKind,
) -> ColumnElement[bool]:
    """Join the preference of an account for a kind; without a row, everything is wanted."""
    return and_(NotificationPreference.user_id == user_id, NotificationPreference.kind == kind)


def _wants_email() -> ColumnElement[bool]:
    return func.coalesce(NotificationPreference.email, True)


def _recipients(notice: Notice) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of the accounts that receive a notice."""
    where: list[ColumnElement[bool]] = [User.disabled_at.is_(None)]
    if notice.user_id is not None:
        where.append(User.id == notice.user_id)
    elif notice.side is ConversationSide.SUPPLIER:
        where.append(User.id.in_(select(Supplier.user_id).where(Supplier.id == notice.party_id)))
    else:
        members = select(CoupleMember.user_id).where(CoupleMember.couple_id == notice.party_id)
        where.append(User.id.in_(members))
    if notice.except_user_id is not None:
        where.append(User.id != notice.except_user_id)
    return where


def _partnership_id(notice: Notice) -> _Reference:
    """Select the partnership; NULL if it was deleted in the same transaction."""
    if notice.partnership_id is None:
        return literal(None, Notification.partnership_id.type)
    query = select(Partnership.id).where(Partnership.id == notice.partnership_id)
    return query.scalar_subquery()


def _client_id(notice: Notice) -> _Reference:
    """Select the client with which the supplier of a partnership records the couple."""
    if notice.side is ConversationSide.COUPLE:
        return literal(None, Notification.client_id.type)
    if notice.client_id is not None:
        return select(Client.id).where(Client.id == notice.client_id).scalar_subquery()
    newest = (
        select(Client.id)
        .join(
            Partnership,
            (Partnership.supplier_id == Client.supplier_id)
            & (Partnership.couple_id == Client.couple_id),
        )
        .where(Partnership.id == notice.partnership_id)
        .order_by(Client.created_at.desc())
        .limit(1)
    )
    return newest.scalar_subquery()


def _select_entries() -> _Rows:
    """Select notifications with the name of the other side."""
    supplier = func.coalesce(Supplier.business_name, Supplier.email)
    is_supplier = Notification.side == ConversationSide.SUPPLIER
    return (
        select(Notification, case((is_supplier, Client.couple_names), else_=supplier))
        .outerjoin(Client, Client.id == Notification.client_id)
        .outerjoin(Partnership, Partnership.id == Notification.partnership_id)
        .outerjoin(Supplier, Supplier.id == Partnership.supplier_id)
    )


def _supplier_email() -> ColumnElement[str]:
    """Select the business address of a supplier, at which it is contacted."""
    email = select(Supplier.email).where(Supplier.user_id == Notification.user_id)
    return email.correlate(Notification).scalar_subquery()


def _to_notification(row: Notification, name: str | None) -> domain.Notification:
    return domain.Notification(
        row.id, row.kind, row.side, name, row.partnership_id, row.client_id, row.count,
        row.created_at, row.read_at,
    )  # fmt: skip
