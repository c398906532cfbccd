"""The live guided setup of the caller (S42, S83, X12)."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from domain.actors import Actor
from domain.errors import NotFound
from domain.events import IncidentChanged, RecordedEvent
from domain.events.couples import CoupleMemberChanged
from domain.events.marketplace import OnboardingChanged
from domain.journeys.onboarding import OnboardingSide
from schema.context import Info
from schema.types.onboarding import Onboarding
from services.flags.flag_sets import FlagSet
from services.journeys.onboarding import NOBODYS
from services.journeys.onboarding_steps import flags_of
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest
from subscriptions.merging import merge_subscriptions


async def viewer_onboarding(info: Info) -> AsyncIterator[Onboarding]:
    """The onboarding of the caller as it is now, then whenever it changes, on any device.

    Flags that show or hide a step change it too, and so do incidents.
    """
    user_id, runtime = info.context.actor.user_id, info.context.runtime
    events: Latest[RecordedEvent] = Latest()
    flags: Latest[FlagSet] = Latest()
    async with (
        open_events(info, events, _concerns(info.context.actor)) as changes,
        runtime.flag_feed.sets.subscribe(flags, _changes_steps(runtime.flags.current)) as sets,
        aclosing(merge_subscriptions(changes, sets)) as news,
    ):
        while True:
            loader = info.context.loaders.onboarding_of_user
            row = await loader.load(user_id) if user_id else None
            if row is None:
                raise NotFound(NOBODYS)
            yield Onboarding.of(row)
            if await anext(news, None) is None:
                return


def _concerns(actor: Actor) -> Callable[[RecordedEvent], bool]:
    def is_selected(item: RecordedEvent) -> bool:
        event = item.event
        if isinstance(event, IncidentChanged):
            return True  # the event does not contain the steps that it affects
        if isinstance(event, CoupleMemberChanged):
            return actor.couple_id is not None and event.couple_id == actor.couple_id
        return isinstance(event, OnboardingChanged) and event.user_id == actor.user_id

    return is_selected


def _changes_steps(current: FlagSet) -> Callable[[FlagSet], bool]:
    """Return a filter for sets of flags that may offer other steps than the set before."""
    last = _step_flags(current)

    def is_selected(flags: FlagSet) -> bool:
        nonlocal last
        before, last = last, _step_flags(flags)
        return last != before

    return is_selected


def _step_flags(flags: FlagSet) -> list[object]:
    return [flags_of(flags, side) for side in OnboardingSide]
