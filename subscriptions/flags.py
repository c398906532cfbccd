"""Live flags: for operators one by one, for a viewer as a set (S24, S82, S96)."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

from schema.context import Context, Info
from schema.types.flag_values import FlagSet
from schema.types.flags import FeatureFlag
from services.flags.flag_evaluation import viewer_context
from services.flags.flag_sets import FlagSet as Flags
from services.flags.flag_views import FlagView
from subscriptions.fanout import Latest, Subscription
from subscriptions.hub import StreamHandoff

Keys = Annotated[
    list[str] | None, strawberry.argument(description="Only these flags; left out: all.")
]
Device = Annotated[
    str | None,
    strawberry.argument(description="A visitor's own id: the same visitor sees the same flags."),
]


async def feature_flags(info: Info, keys: Keys = None) -> AsyncIterator[FeatureFlag]:
    """Every flag as it is now, then each that changes, at once."""
    runtime = info.context.runtime
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        cursor = _Operator(await runtime.flags.refresh(), keys)
        for flag in cursor.everything():
            yield flag
        handoff = StreamHandoff(runtime.flag_feed.hub, cursor)
        async with aclosing(_rest(info, sets, handoff)) as rest:
            async for payload in rest:
                yield payload


async def viewer_flags(info: Info, device_id: Device = None) -> AsyncIterator[FlagSet]:
    """The flags of the caller now, and again whenever one of their values changes."""
    runtime = info.context.runtime
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        runtime.usage.saw_all()
        cursor = _Viewer(info.context, device_id)
        handoff = StreamHandoff(runtime.flag_feed.hub, cursor)
        try:
            yield cursor.everything()
            async with aclosing(_rest(info, sets, handoff)) as rest:
                async for payload in rest:
                    yield payload
        finally:
            if not handoff.is_taken:
                cursor.leave()


async def _rest(
    info: Info, sets: Subscription[Flags], handoff: StreamHandoff[Flags]
) -> AsyncGenerator[Any, None]:
    """What comes after the first payloads: from here, or from a hub that takes over."""
    if info.context.supports_detached_streams:
        yield handoff  # where it is taken, this stream is closed now
    cursor = handoff.cursor
    with info.context.runtime.credential_watch.guard(info.context.actor, sets):
        async for found in sets:
            for payload in cursor.move_to(found):
                yield payload
            cursor.handed(found)  # asked to go on: the transport has taken it (X5)


class _Operator:
    """Somebody who is sent each flag that changes."""

    __slots__ = ("_at", "_keys")

    def __init__(self, current: Flags, keys: Collection[str] | None) -> None:
        self._at = current
        self._keys = frozenset(keys) if keys is not None else None

    def everything(self) -> Sequence[FeatureFlag]:
        return self._shown(None, self._at)

    def move_to(self, state: Flags) -> Sequence[FeatureFlag]:
        before, self._at = self._at, state
        return self._shown(before, state)

    def handed(self, state: Flags) -> None:
        """Nobody counts it."""

    def leave(self) -> None:
        """Nothing is held."""

    def _shown(self, before: Flags | None, now: Flags) -> Sequence[FeatureFlag]:
        return [FeatureFlag.shared(now, flag) for flag in now.changed_since(before, self._keys)]


class _Viewer:
    """Somebody who is sent all their flags; counted among those who are to hear of changes."""

    __slots__ = ("_receipts", "_receiver", "_streams", "_usage", "_view")

    def __init__(self, context: Context, device_id: str | None) -> None:
        runtime, self._streams = context.runtime, context.flag_streams
        whom = viewer_context(context.actor, device_id)
        self._view = FlagView(whom, runtime.flags.current, runtime.flag_feed.views)
        self._receipts, self._usage = runtime.receipts, runtime.usage
        self._receiver = self._receipts.join(device_id, self._view.seen.of.version)
        self._streams.append(self._receiver)

    def everything(self) -> FlagSet:
        self._usage.served(self._view.seen.evaluations)
        return FlagSet.shared(self._view.seen)

    def move_to(self, state: Flags) -> Sequence[FlagSet]:
        return (self.everything(),) if self._view.move_to(state) else ()

    def handed(self, state: Flags) -> None:
        self._receipts.handed(self._receiver, state.version)

    def leave(self) -> None:
        self._streams.remove(self._receiver)
        self._receipts.leave(self._receiver)
