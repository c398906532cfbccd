"""Live flags: for operators one by one, for a viewer as a set (SPEC S24, S82, S96)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.flags import FeatureFlag, FlagSet
from services.flag_evaluation import viewer_context
from services.flag_sets import FlagSet as Flags
from services.flag_views import FlagView
from services.receipts import Receiver
from subscriptions.fanout import Latest

Keys = Annotated[
    list[str] | None, strawberry.argument(description="Only these flags; left out: all.")
]
Device = Annotated[
    str | None,
    strawberry.argument(description="A visitor's own id: the same visitor sees the same flags."),
]


async def feature_flags(info: Info, keys: Keys = None) -> AsyncIterator[FeatureFlag]:
    """Every flag as it is now, then each that changes, at once."""
    wanted = frozenset(keys) if keys is not None else None
    runtime = info.context.runtime
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        current = await runtime.flags.newest()
        for flag in current.changed_since(None, wanted):
            yield FeatureFlag.shared(current, flag)
        with runtime.lifetimes.guard(info.context.actor, sets):
            async for found in sets:
                for flag in found.changed_since(current, wanted):
                    yield FeatureFlag.shared(found, flag)
                current = found


async def viewer_flags(info: Info, device_id: Device = None) -> AsyncIterator[FlagSet]:
    """The flags of the caller now, and again whenever one of their values changes."""
    runtime, actor = info.context.runtime, info.context.actor
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        context = viewer_context(actor, device_id)
        view = FlagView(context, runtime.flags.current, runtime.flag_feed.views)
        with _receiving(info, device_id, view.seen.of.version) as receiver:
            yield FlagSet.shared(view.seen)
            with runtime.lifetimes.guard(actor, sets):
                async for current in sets:
                    if view.move_to(current):
                        yield FlagSet.shared(view.seen)
                    # Asked to go on: the transport has taken it (SPEC X5).
                    runtime.receipts.handed(receiver, current.version)


@contextmanager
def _receiving(info: Info, device_id: str | None, version: int) -> Iterator[Receiver]:
    """Counted among those who are to hear of changes, and may confirm them."""
    receipts, streams = info.context.runtime.receipts, info.context.flag_streams
    receiver = receipts.join(device_id, version)
    streams.append(receiver)
    try:
        yield receiver
    finally:
        streams.remove(receiver)
        receipts.leave(receiver)
