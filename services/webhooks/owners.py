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
    ref = ActorRef(hook.actor_kind, hook.actor_id, hook.actor_label)
    owner = await maker_now(session, ref, now)
    return replace(owner, scopes=owner.scopes & granted) if owner else None
