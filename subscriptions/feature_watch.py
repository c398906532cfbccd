"""Streams end when a flag closes their operation: a rollback reaches open ones too (D8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from domain.actors import Actor
from domain.flags.guarded_operations import guards_of_call
from services.flags import feature_gates
from services.flags.flag_sets import FlagSet
from subscriptions.fanout import Latest, Subscription
from subscriptions.flag_feed import FlagFeed

T = TypeVar("T")


@contextmanager
def end_when_off(
    feed: FlagFeed, actor: Actor, field_name: str, stream: Subscription[T]
) -> Iterator[None]:
    """End a stream with FeatureOff as soon as this process has flags that close its operation."""
    side = feature_gates.side_of(actor, None)
    operations = guards_of_call(field_name, None, side)
    context = feature_gates.context_of(actor, side, None)

    def check(flags: FlagSet) -> bool:
        if failure := feature_gates.closed_by(flags, operations, context):
            stream.end(failure)
        return False  # the sets have no reader

    if not operations:
        yield
        return
    watching = feed.sets.subscribe(Latest(), check)
    try:
        check(feed.current)  # what has changed since the operation was let in
        yield
    finally:
        watching.end()
