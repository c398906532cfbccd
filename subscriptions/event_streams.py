"""How a stream of events begins, and what ends it before its caller does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.events import RecordedEvent
from schema.context import Info
from subscriptions.fanout import Buffer, Subscription
from subscriptions.feature_watch import end_when_off


@asynccontextmanager
async def open_events(
    info: Info, buffer: Buffer[RecordedEvent], is_selected: Callable[[RecordedEvent], bool]
) -> AsyncIterator[Subscription[RecordedEvent]]:
    """Subscribe to the selected events from now on.

    The stream ends with AccessEnded when the credential of the caller ends (D9), and with
    FeatureOff when a flag closes the operation (D8).
    """
    actor, runtime = info.context.actor, info.context.runtime
    async with runtime.tail.subscribe(buffer, is_selected) as events:
        with (
            runtime.credential_watch.end_with_access(actor, events),
            end_when_off(runtime.flag_feed, actor, info.field_name, events),
        ):
            yield events
