"""SQL about whom flags are evaluated for."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import Couple
from db.models.suppliers import Supplier
from domain.actors import USER_TYPES, Role
from domain.flags import BucketBy, EvaluationContext, groups_of
from domain.plans import Person

_CUSTOMERS = (Role.SUPPLIER, Role.COUPLE)


async def everybody(session: AsyncSession) -> list[Person]:
    """All suppliers and couples, as flags see them."""
    return await _people(session, None)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """People, as flags see them, by the id of their user."""
    return {UUID(person.id): person for person in await _people(session, ids)}


async def one(session: AsyncSession, user_id: UUID) -> Person | None:
    """One person, as flags see them; None for an unknown id."""
    return next(iter(await _people(session, [user_id])), None)


async def _people(session: AsyncSession, ids: Sequence[UUID] | None) -> list[Person]:
    query = (
        select(User.id, User.role, Supplier.id, Supplier.vendor_type, Couple.id)
        .outerjoin(Supplier, Supplier.user_id == User.id)
        .outerjoin(Couple, Couple.user_id == User.id)
    )
    if ids is not None:
        query = query.where(User.id.in_(ids))
    else:
        query = query.where(User.role.in_(_CUSTOMERS))
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
