"""The setting of a logged-in person for invitations by e-mail (M4)."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Forbidden
from services.mail import invitation_limits


async def is_enabled(session: AsyncSession, actor: Actor) -> bool:
    """Whether the caller receives invitations by e-mail; True for callers without an address."""
    email = await _email(session, actor)
    return email is None or not await invitation_limits.is_suppressed(session, email)


async def allow(uow: UnitOfWork, actor: Actor, *, enabled: bool) -> None:
    """Change the setting, as the link in each invitation does; repeating it does nothing."""
    email = await _email(uow.session, actor)
    if email is None:
        raise Forbidden("Only a person has an e-mail.")
    await (invitation_limits.lift if enabled else invitation_limits.suppress)(uow, email)


async def _email(session: AsyncSession, actor: Actor) -> str | None:
    user = await session.get(User, actor.user_id) if actor.user_id is not None else None
    return user.email if user is not None else None
