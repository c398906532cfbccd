"""In whose name a webhook reads: what its maker gave it, less what they may no longer do (X14)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.webhooks import Webhook
from domain.actors import Actor, ActorRef, Scope
from services.accounts.makers import maker_now

_SCOPES = {scope.value: scope for scope in Scope}


async def maker_of(session: AsyncSession, hook: Webhook, now: datetime) -> Actor | None:
    """The maker with the rights of this moment; None where their access has ended."""
    given = frozenset(_SCOPES[name] for name in hook.scopes if name in _SCOPES)
    ref = ActorRef(hook.actor_kind, hook.actor_id, hook.actor_label)
    maker = await maker_now(session, ref, now)
    return replace(maker, scopes=maker.scopes & given) if maker else None
