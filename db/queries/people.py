"""SQL about whom flags are evaluated for."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import Couple
from db.models.suppliers import Supplier
from domain.actors import USER_TYPES, Role
from domain.flags.flags import BucketBy, EvaluationContext, groups_of
from domain.flags.samples import Person, Sample

_CUSTOMERS = (Role.SUPPLIER, Role.COUPLE)
MAX_COUNTED = 100_000


async def everybody(session: AsyncSession) -> list[Person]:
    """All suppliers and couples, as flags see them."""
    return await _people(session, User.role.in_(_CUSTOMERS))


async def count_customers(session: AsyncSession) -> int:
    """How many suppliers and couples have an account."""
    query = select(func.count()).select_from(User).where(User.role.in_(_CUSTOMERS))
    return (await session.execute(query)).scalar_one()


async def sample(session: AsyncSession) -> Sample:
    """All suppliers and couples; of more than MAX_COUNTED a fixed sample, always the same."""
    total = await count_customers(session)
    if total <= MAX_COUNTED:
        return Sample(await everybody(session), total)
    chosen = (
        select(User.id)
        .where(User.role.in_(_CUSTOMERS))
        .order_by(func.md5(cast(User.id, Text)))
        .limit(MAX_COUNTED)
    )
    return Sample(await _people(session, User.id.in_(chosen)), total)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """People, as flags see them, by the id of their user."""
    found = await _people(session, User.id.in_(ids))
    return {UUID(person.id): person for person in found}


async def one(session: AsyncSession, user_id: UUID) -> Person | None:
    """One person, as flags see them; None for an unknown id."""
    return next(iter(await _people(session, User.id == user_id)), None)


async def _people(session: AsyncSession, where: ColumnElement[bool]) -> list[Person]:
    query = (
        select(User.id, User.role, Supplier.id, Supplier.vendor_type, Couple.id)
        .outerjoin(Supplier, Supplier.user_id == User.id)
        .outerjoin(Couple, Couple.user_id == User.id)
        .where(where)
    )
    found = []
    for key, role, supplier_id, vendor, couple_id in await session.execute(query):
        kind = USER_TYPES[role]
        keys = {BucketBy.USER: str(key)}
        if supplier_id is not None:
            keys[BucketBy.SUPPLIER] = str(supplier_id)
        if couple_id is not None:
            keys[BucketBy.COUPLE] = str(couple_id)
        context = EvaluationContext(keys, groups_of(kind, vendor, role))
        found.append(Person(str(key), kind, vendor, context))
    return found
