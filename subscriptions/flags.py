"""Live flags: single flags for operators, and the set of a viewer (S24, S82, S96)."""

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
    list[str] | None, strawberry.argument(description="Only these flags; all by default.")
]
Device = Annotated[
    str | None,
    strawberry.argument(description="The visitor's device id, which keeps their flags stable."),
]


async def feature_flags(info: Info, keys: Keys = None) -> AsyncIterator[FeatureFlag]:
    """Every flag as it is now, then each that changes, at once."""
    runtime = info.context.runtime
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        cursor = _FlagCursor(await runtime.flags.refresh(), keys)
        for flag in cursor.snapshot():
            yield flag
        handoff = StreamHandoff(runtime.flag_feed.hub, cursor)
        async with aclosing(_follow(info, sets, handoff)) as updates:
            async for payload in updates:
                yield payload


async def viewer_flags(info: Info, device_id: Device = None) -> AsyncIterator[FlagSet]:
    """The flags of the caller now, and again whenever one of their values changes."""
    runtime = info.context.runtime
    newest: Latest[Flags] = Latest()
    async with runtime.flag_feed.sets.subscribe(newest) as sets:
        runtime.usage.note_all()
        cursor = _FlagSetCursor(info.context, device_id)
        handoff = StreamHandoff(runtime.flag_feed.hub, cursor)
        try:
            yield cursor.snapshot()
            async with aclosing(_follow(info, sets, handoff)) as updates:
                async for payload in updates:
                    yield payload
        finally:
            if not handoff.is_taken:
                cursor.close()


async def _follow(
    info: Info, sets: Subscription[Flags], handoff: StreamHandoff[Flags]
) -> AsyncGenerator[Any, None]:
    """Yield the payloads after the first ones, unless the transport detaches the stream."""
    if info.context.supports_detached_streams:
        yield handoff  # the transport closes this generator if it accepts the handoff
    cursor = handoff.cursor
    with info.context.runtime.credential_watch.end_with_access(info.context.actor, sets):
        async for state in sets:
            for payload in cursor.move_to(state):
                yield payload
            cursor.mark_delivered(state)  # resumed: the transport has accepted it (X5)


class _FlagCursor:
    """The cursor of an operator, who is sent each flag that changes."""

    __slots__ = ("_keys", "_state")

    def __init__(self, current: Flags, keys: Collection[str] | None) -> None:
        self._state = current
        self._keys = frozenset(keys) if keys is not None else None

    def snapshot(self) -> Sequence[FeatureFlag]:
        return self._changes(None, self._state)

    def move_to(self, state: Flags) -> Sequence[FeatureFlag]:
        before, self._state = self._state, state
        return self._changes(before, state)

    def mark_delivered(self, state: Flags) -> None:
        """Do nothing: operators do not acknowledge versions."""

    def close(self) -> None:
        """Do nothing: the cursor holds nothing."""

    def _changes(self, before: Flags | None, now: Flags) -> Sequence[FeatureFlag]:
        return [FeatureFlag.shared(now, flag) for flag in now.changed_since(before, self._keys)]


class _FlagSetCursor:
    """The cursor of a viewer, who is sent their whole set, and is a receiver of each version."""

    __slots__ = ("_receipts", "_receiver", "_streams", "_usage", "_view")

    def __init__(self, context: Context, device_id: str | None) -> None:
        runtime, self._streams = context.runtime, context.flag_streams
        evaluation_context = viewer_context(context.actor, device_id)
        self._view = FlagView(evaluation_context, runtime.flags.current, runtime.flag_feed.views)
        runtime.flag_feed.warm_up_later(self._view)
        self._receipts, self._usage = runtime.receipts, runtime.usage
        self._receiver = self._receipts.join(device_id, self._view.seen.of.version)
        self._streams.append(self._receiver)

    def snapshot(self) -> FlagSet:
        self._usage.note_seen(self._view.seen)
        return FlagSet.shared(self._view.seen)

    def move_to(self, state: Flags) -> Sequence[FlagSet]:
        return (self.snapshot(),) if self._view.move_to(state) else ()

    def mark_delivered(self, state: Flags) -> None:
        self._receipts.handed(self._receiver, state.version)

    def close(self) -> None:
        self._streams.remove(self._receiver)
        self._receipts.leave(self._receiver)
