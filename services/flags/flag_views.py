"""What clients see of the flags: most see the same, and a change is worked out once for them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias
from weakref import WeakValueDictionary

from domain.flags.flags import Evaluation, EvaluationContext
from services.flags.flag_buckets import Buckets
from services.flags.flag_sets import FlagSet


@dataclass(eq=False)
class Seen:
    """The flags of a set as some clients see them; the same object for all of these."""

    of: FlagSet
    evaluations: tuple[Evaluation, ...]
    shown: object = None  # what the graph makes of it, once for all
    moving_to: FlagSet | None = None
    moves: dict[Hashable, "Move"] = field(default_factory=dict)

    @cached_property
    def bits(self) -> bytes:
        """The values alone."""
        return bytes([item.value for item in self.evaluations])

    @property
    def values(self) -> Mapping[str, bool]:
        """The flags by key, in their order."""
        return {item.key: item.value for item in self.evaluations}


Move: TypeAlias = tuple[Seen, bool]  # what is seen then, and whether a value is another


class FlagViews:
    """One for each process."""

    def __init__(self) -> None:
        # By the ids of evaluations: what is seen holds them, so they are taken by nobody else.
        self._seen: WeakValueDictionary[tuple[int, ...], Seen] = WeakValueDictionary()
        # Of a plan that leaves nothing open; by its id, which the set holds that is seen.
        self._common: WeakValueDictionary[int, Seen] = WeakValueDictionary()
        self._last: tuple[FlagSet, FlagSet, frozenset[str] | None] | None = None

    def __len__(self) -> int:
        """How many different ones are kept. Tests of leaks count on it."""
        return len(self._seen)

    def everything(self, found: FlagSet, context: EvaluationContext, buckets: Buckets) -> Seen:
        """All flags of a client, evaluated anew."""
        plan = found.plan(context.groups)
        if plan.open:
            return self._one(found, found.client_flags(context, buckets))
        known = self._common.get(id(plan))
        if known is None:
            known = self._common[id(plan)] = self._one(found, plan.settled)
        return known

    def moved(
        self, before: Seen, found: FlagSet, context: EvaluationContext, buckets: Buckets
    ) -> Move:
        """What a client sees in another set who has seen this.

        Worked out once for all whose groups decide it, then for all to whom the same flags come
        out as the same.
        """
        if before.moving_to is not found:
            before.moving_to, before.moves = found, {}
        known = before.moves.get(context.groups)
        return known if known is not None else self._moved(before, found, context, buckets)

    def _moved(
        self, before: Seen, found: FlagSet, context: EvaluationContext, buckets: Buckets
    ) -> Move:
        keys, plan = self.changed(before.of, found), found.plan(context.groups)
        if keys is None or len(keys) == len(found.places) or not plan.open:
            seen = self.everything(found, context, buckets)
            is_new = seen.bits != before.bits if keys is not None else seen.values != before.values
            move = (seen, is_new)
            is_for_all = not plan.open
        else:
            move = self._stepped(before, found, found.some_client_flags(keys, context, buckets))
            is_for_all = plan.open.keys().isdisjoint(keys)
        if is_for_all:
            before.moves[context.groups] = move
        return move

    def _stepped(self, before: Seen, found: FlagSet, changed: tuple[Evaluation, ...]) -> Move:
        """Where these flags came out as that; the same flags are visible in both sets."""
        key = tuple(map(id, changed))
        known = before.moves.get(key)
        if known is None:
            items, is_new = list(before.evaluations), False
            for item in changed:
                place = found.places[item.key]
                is_new |= items[place].value is not item.value
                items[place] = item
            known = before.moves[key] = (self._one(found, tuple(items)), is_new)
        return known

    def _one(self, found: FlagSet, evaluations: tuple[Evaluation, ...]) -> Seen:
        key = (id(found), *map(id, evaluations))
        return self._seen.get(key) or self._seen.setdefault(key, Seen(found, evaluations))

    def changed(self, before: FlagSet, after: FlagSet) -> frozenset[str] | None:
        """Visible keys of flags that changed; None where a client must look at all of them.

        Found once for all clients that go the same way. The store keeps the object of each flag
        that did not change, so that `is` tells.
        """
        if self._last is None or self._last[0] is not before or self._last[1] is not after:
            self._last = (before, after, _changed(before, after))
        return self._last[2]


class FlagView:
    """The flags of one client, brought up to date."""

    def __init__(self, context: EvaluationContext, current: FlagSet, views: FlagViews) -> None:
        """`views` are those of the process."""
        self._context = context
        self._views = views
        self._buckets = Buckets()
        self.seen = views.everything(current, context, self._buckets)

    def move_to(self, found: FlagSet) -> bool:
        """Go to another set; True where the client sees another value than before."""
        self.seen, is_new = self._views.moved(self.seen, found, self._context, self._buckets)
        return is_new


def _changed(before: FlagSet, after: FlagSet) -> frozenset[str] | None:
    if (before.stale, before.killed) != (after.stale, after.killed):
        return None
    if before.places != after.places:
        return None
    old, new = before.flags, after.flags
    return frozenset(key for key in after.places if old[key] is not new[key])
