"""The owner of a webhook, with the rights it was created with that they still have (X14)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.webhooks import Webhook
from domain.actors import Actor, ActorRef, Scope
from services.accounts.makers import maker_now

_SCOPES = {scope.value: scope for scope in Scope}


async def load_owner(session: AsyncSession, hook: Webhook, now: datetime) -> Actor | None:
    """Return the owner with their current rights; None where their access has ended."""
    granted = frozenset(_SCOPES[name] for name in hook.scopes if name in _SCOPES)
    if hook.actor_kind is ActorKind.USER:
        current, role = await _of_user(session, hook)
    elif hook.actor_kind is ActorKind.TOKEN:
        current, role = await _of_token(session, hook, now), None
    else:
        current, role = granted, None
    if current is None:
        return None
    return Actor(hook.actor_kind, hook.actor_id, hook.actor_label, granted & current, role)


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
    scopes = frozenset(_SCOPES[name] for name in row.scopes if name in _SCOPES)
    return scopes if creator is None else scopes & ROLE_SCOPES[creator]
