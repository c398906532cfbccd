"""SQL about people, sessions and tokens."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import ApiToken, User


async def users_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, User]:
    """Users by id."""
    rows = await session.scalars(select(User).where(User.id.in_(ids)))
    return {row.id: row for row in rows}


async def tokens_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, ApiToken]:
    """API tokens by id."""
    rows = await session.scalars(select(ApiToken).where(ApiToken.id.in_(ids)))
    return {row.id: row for row in rows}
