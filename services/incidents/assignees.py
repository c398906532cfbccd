"""Lists the people an incident can be assigned to (A31)."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.queries import accounts
from db.queries.pages import Moments


async def page(session: AsyncSession, search: str | None, page: Moments) -> list[User]:
    """Return the launch team without disabled accounts, newest first."""
    return await accounts.page_of_users(session, accounts.assignable(search), page)
