"""Current rights of the creator of an object, which bound what the object may do (SEC10)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import ApiToken
from db.queries import accounts, credentials
from domain.actors import ROLE_SCOPES, Actor, ActorKind, ActorRef, Scope

_SCOPES = {scope.value: scope for scope in Scope}


async def maker_now(session: AsyncSession, maker: ActorRef, now: datetime) -> Actor | None:
    """Return the creator with its current rights; None if its access has ended."""
    if maker.kind is ActorKind.USER:
        return await _of_user(session, maker)
    if maker.kind is ActorKind.TOKEN:
        return await _of_token(session, maker, now)
    return Actor(maker.kind, maker.id, maker.label, frozenset(Scope))


async def _of_user(session: AsyncSession, maker: ActorRef) -> Actor | None:
    rows = await accounts.users_by_id(session, [maker.id] if maker.id else [])
    user = next(iter(rows.values()), None)
    if user is None or user.disabled_at is not None:
        return None
    return Actor(maker.kind, maker.id, maker.label, ROLE_SCOPES[user.role], user.role)


async def _of_token(session: AsyncSession, maker: ActorRef, now: datetime) -> Actor | None:
    row = await credentials.live_token(session, ApiToken.id == maker.id, now)
    if row is None:
        return None
    token, creator = row
    scopes = frozenset(_SCOPES[name] for name in token.scopes if name in _SCOPES)
    scopes = scopes if creator is None else scopes & ROLE_SCOPES[creator]
    return Actor(maker.kind, maker.id, maker.label, scopes)
