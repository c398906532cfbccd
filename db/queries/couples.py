"""SQL about couples and their partnerships with suppliers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import Couple, CoupleMember, Partnership
from db.models.invitations import Invitation
from db.models.suppliers import Supplier
from db.queries.pages import Moments, has_words, newest_first, search_page
from domain.marketplace.clients import ConnectionMethod
from domain.platform.row_scope import PartnershipScope

Pair = tuple[UUID, UUID]
M = TypeVar("M", Couple, Supplier)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Couple]:
    """Load couples by id."""
    rows = await session.scalars(select(Couple).where(Couple.id.in_(ids)))
    return {row.id: row for row in rows}


async def by_user(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Couple]:
    """Couples by the id of a member."""
    query = select(CoupleMember.user_id, Couple).join(Couple, Couple.id == CoupleMember.couple_id)
    rows = await session.execute(query.where(CoupleMember.user_id.in_(ids)))
    return {row[0]: row[1] for row in rows}


async def lock_of_user(session: AsyncSession, user_id: UUID) -> Couple | None:
    """The couple that a user is a member of, locked until the end of the transaction."""
    couple_ids = select(CoupleMember.couple_id).where(CoupleMember.user_id == user_id)
    query = select(Couple).where(Couple.id.in_(couple_ids)).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


def directory(search: str | None) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of the directory: words of the names, or a full e-mail."""
    if search is None:
        return []
    if "@" in search:
        return [Couple.id.in_(with_email(search))]
    return [has_words(Couple.partner1_name, Couple.partner2_name, search)]


def with_email(email: str) -> Select[UUID]:
    """The ids of couples with a member who has this e-mail."""
    members = select(CoupleMember.couple_id).join(User, User.id == CoupleMember.user_id)
    return members.where(func.lower(User.email) == func.lower(email))


def paged(search: str | None, page: Moments) -> Select[Couple]:
    """Select a page of the directory, newest first."""
    if search is not None:
        return search_page(Couple, directory(search), page)
    return newest_first(select(Couple), Couple.created_at, Couple.id, page)


async def partnerships_by_id(
    session: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, Partnership]:
    """Load partnerships by id."""
    rows = await session.scalars(select(Partnership).where(Partnership.id.in_(ids)))
    return {row.id: row for row in rows}


async def partnership_of(session: AsyncSession, pair: Pair) -> Partnership | None:
    """Return the partnership of a supplier and a couple, if they ever had one."""
    query = select(Partnership).where(
        Partnership.supplier_id == pair[0], Partnership.couple_id == pair[1]
    )
    return await session.scalar(query)


async def has_partnerships(session: AsyncSession, couple_id: UUID) -> bool:
    """Whether a couple has or has had a supplier."""
    query = select(Partnership.id).where(Partnership.couple_id == couple_id).limit(1)
    return (await session.execute(query)).scalar_one_or_none() is not None


async def delete_couple(session: AsyncSession, couple_id: UUID) -> None:
    """Take a couple away whose only member joins another one."""
    await session.execute(delete(Couple).where(Couple.id == couple_id))


async def connect(session: AsyncSession, pair: Pair, now: datetime) -> tuple[Partnership, bool]:
    """Connect or reconnect a pair; the flag is False if it was already connected (S11)."""
    row = insert(Partnership).values(
        supplier_id=pair[0],
        couple_id=pair[1],
        connection_method=ConnectionMethod.INVITATION,
        connected_at=now,
    )
    revived = row.on_conflict_do_update(
        index_elements=[Partnership.supplier_id, Partnership.couple_id],
        set_={"is_active": True, "connected_at": now},
        where=Partnership.is_active.is_(False),
    )
    connected = await session.scalar(
        revived.returning(Partnership).execution_options(populate_existing=True)
    )
    partnership = connected or await partnership_of(session, pair)
    assert partnership is not None
    return partnership, connected is not None


async def page_of_partnerships(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[Partnership]:
    """Return a page of partnerships, newest first."""
    query = select(Partnership).where(*where)
    paged = newest_first(query, Partnership.connected_at, Partnership.id, page)
    return list(await session.scalars(paged))


def partnerships_within(scope: PartnershipScope) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of a list of partnerships."""
    clauses: list[ColumnElement[bool]] = []
    if scope.supplier_id is not None:
        clauses.append(Partnership.supplier_id == scope.supplier_id)
    if scope.couple_id is not None:
        clauses.append(Partnership.couple_id == scope.couple_id)
    if scope.active_only:
        clauses.append(Partnership.is_active.is_(True))
    return clauses


async def active_partnerships(
    session: AsyncSession, pairs: Sequence[Pair]
) -> Mapping[Pair, Partnership]:
    """Return active partnerships by supplier and couple."""
    pair = tuple_(Partnership.supplier_id, Partnership.couple_id)
    query = select(Partnership).where(pair.in_(pairs), Partnership.is_active)
    return {(row.supplier_id, row.couple_id): row for row in await session.scalars(query)}


async def partner_couples(session: AsyncSession, pairs: Sequence[Pair]) -> Mapping[Pair, Couple]:
    """Return the couples of active partnerships by supplier and couple."""
    query = _partners(Couple, pairs).where(Partnership.is_active)
    rows = await session.execute(query.join(Couple, Couple.id == Partnership.couple_id))
    return {(one, other): row for one, other, row in rows}


async def partner_suppliers(
    session: AsyncSession, pairs: Sequence[Pair]
) -> Mapping[Pair, Supplier]:
    """Return the suppliers of partnerships, ended ones included, by supplier and couple."""
    query = _partners(Supplier, pairs)
    rows = await session.execute(query.join(Supplier, Supplier.id == Partnership.supplier_id))
    return {(one, other): row for one, other, row in rows}


def _partners(kind: type[M], pairs: Sequence[Pair]) -> Select[UUID, UUID, M]:
    pair = tuple_(Partnership.supplier_id, Partnership.couple_id)
    query = select(Partnership.supplier_id, Partnership.couple_id, kind)
    return query.select_from(Partnership).where(pair.in_(pairs))


async def seconds_to_connect(session: AsyncSession, pairs: Sequence[Pair]) -> Mapping[Pair, int]:
    """Return the seconds from the first e-mail to the newest acceptance of each pair (S102)."""
    pair = tuple_(Invitation.supplier_id, Invitation.couple_id)
    query = (
        select(
            Invitation.supplier_id,
            Invitation.couple_id,
            func.extract("epoch", Invitation.accepted_at - Invitation.created_at),
        )
        .where(pair.in_(pairs), Invitation.accepted_at.is_not(None))
        .order_by(Invitation.accepted_at)
    )
    rows = await session.execute(query)
    return {(one, other): round(took) for one, other, took in rows if other is not None}


async def partners_of_supplier(session: AsyncSession, supplier_id: UUID) -> list[Partnership]:
    """Active partnerships of a supplier, locked."""
    query = select(Partnership).where(Partnership.supplier_id == supplier_id, Partnership.is_active)
    return list(await session.scalars(query.with_for_update()))


async def partners_of_couple(session: AsyncSession, couple_id: UUID) -> list[Row[Partnership, str]]:
    """Lock the active partnerships of a couple and return them with the suppliers' e-mails."""
    query = (
        select(Partnership, Supplier.email)
        .join(Supplier, Supplier.id == Partnership.supplier_id)
        .where(Partnership.couple_id == couple_id, Partnership.is_active)
        .with_for_update(of=Partnership)
    )
    return list(await session.execute(query))
