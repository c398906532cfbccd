"""In whose name a webhook reads: what its maker gave it, less what they may no longer do (X14)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import ApiToken
from db.models.webhooks import Webhook
from db.queries import accounts, credentials
from domain.actors import ROLE_SCOPES, Actor, ActorKind, Role, Scope

_SCOPES = {scope.value: scope for scope in Scope}


async def maker_of(session: AsyncSession, hook: Webhook, now: datetime) -> Actor | None:
    """The maker with the rights of this moment; None where their access has ended."""
    given = frozenset(_SCOPES[name] for name in hook.scopes if name in _SCOPES)
    if hook.actor_kind is ActorKind.USER:
        held, role = await _of_user(session, hook)
    elif hook.actor_kind is ActorKind.TOKEN:
        held, role = await _of_token(session, hook, now), None
    else:
        held, role = given, None
    if held is None:
        return None
    return Actor(hook.actor_kind, hook.actor_id, hook.actor_label, given & held, role)


async def _of_user(
    session: AsyncSession, hook: Webhook
) -> tuple[frozenset[Scope] | None, Role | None]:
    found = await accounts.users_by_id(session, [hook.actor_id] if hook.actor_id else [])
    user = next(iter(found.values()), None)
    if user is None or user.disabled_at is not None:
        return None, None
    return ROLE_SCOPES[user.role], user.role


async def _of_token(session: AsyncSession, hook: Webhook, now: datetime) -> frozenset[Scope] | None:
    found = await credentials.live_token(session, ApiToken.id == hook.actor_id, now)
    if found is None:
        return None
    row, creator = found
    held = frozenset(_SCOPES[name] for name in row.scopes if name in _SCOPES)
    return held if creator is None else held & ROLE_SCOPES[creator]
