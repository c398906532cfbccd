"""One's own guided setup, live (SPEC S42)."""

from collections.abc import AsyncIterator

from domain.errors import NotFound
from domain.events import RecordedEvent
from domain.marketplace_events import OnboardingChanged
from schema.context import Info
from schema.types.onboarding import Onboarding
from services.onboarding import NOBODYS
from subscriptions.fanout import Latest


async def viewer_onboarding(info: Info) -> AsyncIterator[Onboarding]:
    """The onboarding of the caller as it is now, then whenever it moves, on any device."""
    user_id = info.context.actor.user_id

    def concerns(item: RecordedEvent) -> bool:
        return isinstance(item.event, OnboardingChanged) and item.event.user_id == user_id

    runtime, loader = info.context.runtime, info.context.loaders.onboarding_of_user
    newest: Latest[RecordedEvent] = Latest()
    async with runtime.tail.subscribe(newest, concerns) as changes:
        with runtime.lifetimes.guard(info.context.actor, changes):
            while True:
                row = await loader.load(user_id) if user_id else None
                if row is None:
                    raise NotFound(NOBODYS)
                yield Onboarding.of(row)
                if await anext(changes, None) is None:
                    return
