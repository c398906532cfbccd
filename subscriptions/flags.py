"""Live flags: for operators one by one, for a viewer as a set (SPEC S24, S82, S96)."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from domain.events import FlagChanged, RecordedEvent
from domain.flags import Evaluation
from schema.context import Info
from schema.types.flags import FeatureFlag, FlagSet
from services.flag_evaluation import Explained, viewer_context
from services.flag_store import FlagSet as Flags
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

    def concerns(item: RecordedEvent) -> bool:
        event = item.event
        return isinstance(event, FlagChanged) and (wanted is None or event.key in wanted)

    sent: dict[str, int] = {}
    buffer: Latest[RecordedEvent] = Latest(key=_key)
    runtime = info.context.runtime
    async with runtime.tail.subscribe(buffer, concerns) as changes:
        current = await runtime.flags.refresh()
        for flag in current.flags.values():
            if wanted is None or flag.key in wanted:
                sent[flag.key] = flag.version
                yield FeatureFlag.of(flag)
        with runtime.lifetimes.guard(info.context.actor, changes):
            async for item in changes:
                key = _key(item)
                changed = await info.context.loaders.flag_by_key.load(key)
                if changed is not None and changed.version != sent.get(key):
                    sent[key] = changed.version
                    yield FeatureFlag.of(changed)


async def viewer_flags(info: Info, device_id: Device = None) -> AsyncIterator[FlagSet]:
    """The flags of the caller now, and again whenever one of their values changes."""
    context = viewer_context(info.context.actor, device_id)
    runtime, actor = info.context.runtime, info.context.actor
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        seen = runtime.flags.current.client_flags(context)
        yield FlagSet.of(runtime.flags.current.version, [Explained(item) for item in seen])
        with runtime.lifetimes.guard(actor, sets):
            async for current in sets:
                found = current.client_flags(context)
                if _values(found) != _values(seen):
                    yield FlagSet.of(current.version, [Explained(item) for item in found])
                seen = found


def _key(item: RecordedEvent) -> str:
    assert isinstance(item.event, FlagChanged)
    return item.event.key


def _values(found: list[Evaluation]) -> list[tuple[str, bool]]:
    return [(item.key, item.value) for item in found]
