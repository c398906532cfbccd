"""SQL about the people for whom flags are evaluated."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import CoupleMember
from db.models.suppliers import Supplier
from domain.actors import USER_TYPES, Role
from domain.flags.flags import BucketBy, EvaluationContext, groups_of
from domain.flags.samples import Person, Sample

_CUSTOMERS = (Role.SUPPLIER, Role.COUPLE)
MAX_COUNTED = 100_000


async def all_customers(session: AsyncSession) -> list[Person]:
    """Return the evaluation contexts of all suppliers and couples."""
    return await _load_people(session, User.role.in_(_CUSTOMERS))


async def count_customers(session: AsyncSession) -> int:
    """Count the accounts of suppliers and couples."""
    query = select(func.count()).select_from(User).where(User.role.in_(_CUSTOMERS))
    return (await session.execute(query)).scalar_one()


async def sample(session: AsyncSession) -> Sample:
    """Return all suppliers and couples, or a fixed sample of MAX_COUNTED."""
    total = await count_customers(session)
    if total <= MAX_COUNTED:
        return Sample(await all_customers(session), total)
    chosen = (
        select(User.id)
        .where(User.role.in_(_CUSTOMERS))
        .order_by(func.md5(cast(User.id, Text)))
        .limit(MAX_COUNTED)
    )
    return Sample(await _load_people(session, User.id.in_(chosen)), total)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """Load the evaluation contexts of people by user id."""
    people = await _load_people(session, User.id.in_(ids))
    return {UUID(person.id): person for person in people}


async def by_user(session: AsyncSession, user_id: UUID) -> Person | None:
    """Load the evaluation context of one person; None for an unknown id."""
    return next(iter(await _load_people(session, User.id == user_id)), None)


async def _load_people(session: AsyncSession, where: ColumnElement[bool]) -> list[Person]:
    query = (
        select(User.id, User.role, Supplier.id, Supplier.vendor_type, CoupleMember.couple_id)
        .outerjoin(Supplier, Supplier.user_id == User.id)
        .outerjoin(CoupleMember, CoupleMember.user_id == User.id)
        .where(where)
    )
    people = []
    for key, role, supplier_id, vendor, couple_id in await session.execute(query):
        kind = USER_TYPES[role]
        keys = {BucketBy.USER: str(key)}
        if supplier_id is not None:
            keys[BucketBy.SUPPLIER] = str(supplier_id)
        if couple_id is not None:
            keys[BucketBy.COUPLE] = str(couple_id)
        context = EvaluationContext(keys, groups_of(kind, vendor, role))
        people.append(Person(str(key), kind, vendor, context))
    return people
