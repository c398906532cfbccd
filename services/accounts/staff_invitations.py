"""Staff who were invited and have no password yet: their way in ends with who invited them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.queries import changes
from domain.accounts import staff as rules
from services.accounts.makers import maker_now


async def has_ended(session: AsyncSession, user: User, now: datetime) -> bool:
    """Whether who invited this member of the staff could not invite them now (SEC10).

    False for whoever has a password, and where nobody has invited them.
    """
    if not rules.is_pending(user.role, user.password_hash):
        return False
    inviter = await changes.inviter_of(session, user.id)
    if inviter is None:
        return False
    maker = await maker_now(session, inviter, now)
    return maker is None or not rules.may_invite(maker, user.role)
