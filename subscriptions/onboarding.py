"""One's own guided setup, live (S42, S83, X12)."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from uuid import UUID

from domain.errors import NotFound
from domain.events import IncidentChanged, RecordedEvent
from domain.events.marketplace import OnboardingChanged
from domain.journeys.onboarding import OnboardingSide
from schema.context import Info
from schema.types.onboarding import Onboarding
from services.flags.flag_sets import FlagSet
from services.journeys.onboarding import NOBODYS
from services.journeys.onboarding_steps import flags_of
from subscriptions.fanout import Latest
from subscriptions.merging import news_of


async def viewer_onboarding(info: Info) -> AsyncIterator[Onboarding]:
    """The onboarding of the caller as it is now, then whenever it moves, on any device.

    A step that a flag shows or hides moves it too, and an incident that begins or ends.
    """
    user_id, runtime = info.context.actor.user_id, info.context.runtime
    events: Latest[RecordedEvent] = Latest()
    flags: Latest[FlagSet] = Latest()
    async with (
        runtime.tail.subscribe(events, _concerning(user_id)) as changes,
        runtime.flag_feed.sets.subscribe(flags, _deciding(runtime.flags.current)) as sets,
        aclosing(news_of(changes, sets)) as news,
    ):
        with runtime.credential_watch.guard(info.context.actor, changes):
            while True:
                loader = info.context.loaders.onboarding_of_user
                row = await loader.load(user_id) if user_id else None
                if row is None:
                    raise NotFound(NOBODYS)
                yield Onboarding.of(row)
                if await anext(news, None) is None:
                    return


def _concerning(user_id: UUID | None) -> Callable[[RecordedEvent], bool]:
    def concerns(item: RecordedEvent) -> bool:
        event = item.event
        if isinstance(event, IncidentChanged):
            return True  # its event does not say which steps it touches
        return isinstance(event, OnboardingChanged) and event.user_id == user_id

    return concerns


def _deciding(current: FlagSet) -> Callable[[FlagSet], bool]:
    """Whether a new set of flags may offer other steps than the last one."""
    known = _of_steps(current)

    def decides(found: FlagSet) -> bool:
        nonlocal known
        before, known = known, _of_steps(found)
        return known != before

    return decides


def _of_steps(flags: FlagSet) -> list[object]:
    return [flags_of(flags, side) for side in OnboardingSide]
