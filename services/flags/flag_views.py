"""What clients see of the flags. Most see the same, so each change is evaluated once for them."""

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
    """The flags of a set as some clients see them; they share this object."""

    of: FlagSet
    evaluations: tuple[Evaluation, ...]
    shown: object = None  # the GraphQL value, built once for all clients
    moving_to: FlagSet | None = None
    moves: dict[Hashable, "Move"] = field(default_factory=dict)

    @cached_property
    def bits(self) -> bytes:
        """The values only, one byte each."""
        return bytes([item.value for item in self.evaluations])

    @property
    def values(self) -> Mapping[str, bool]:
        """The values by key, in the order of the flags."""
        return {item.key: item.value for item in self.evaluations}


Move: TypeAlias = tuple[Seen, bool]  # what is seen afterwards, and whether a value has changed


class FlagViews:
    """The views of all clients in one process."""

    def __init__(self) -> None:
        # Keyed by the ids of evaluations. A `Seen` keeps them alive, so the ids are not reused.
        self._seen: WeakValueDictionary[tuple[int, ...], Seen] = WeakValueDictionary()
        # Keyed by the id of group evaluations without open flags, which the flag set keeps alive.
        self._common: WeakValueDictionary[int, Seen] = WeakValueDictionary()
        self._last: tuple[FlagSet, FlagSet, frozenset[str] | None] | None = None

    def __len__(self) -> int:
        """The number of different views; tests for leaks use it."""
        return len(self._seen)

    def evaluate_all(self, flag_set: FlagSet, context: EvaluationContext, buckets: Buckets) -> Seen:
        """Evaluate all flags of a client."""
        shared = flag_set.for_groups(context.groups)
        if shared.open:
            return self._intern(flag_set, flag_set.client_flags(context, buckets))
        seen = self._common.get(id(shared))
        if seen is None:
            seen = self._common[id(shared)] = self._intern(flag_set, shared.settled)
        return seen

    def moved(
        self, before: Seen, flag_set: FlagSet, context: EvaluationContext, buckets: Buckets
    ) -> Move:
        """Return what a client sees after moving from one set to another.

        It is computed once for all clients whose groups decide it, and otherwise once for all
        clients with the same results for the changed flags.
        """
        if before.moving_to is not flag_set:
            before.moving_to, before.moves = flag_set, {}
        move = before.moves.get(context.groups)
        return move if move is not None else self._moved(before, flag_set, context, buckets)

    def _moved(
        self, before: Seen, flag_set: FlagSet, context: EvaluationContext, buckets: Buckets
    ) -> Move:
        keys, shared = self.changed(before.of, flag_set), flag_set.for_groups(context.groups)
        if keys is None or len(keys) == len(flag_set.places) or not shared.open:
            seen = self.evaluate_all(flag_set, context, buckets)
            is_new = seen.bits != before.bits if keys is not None else seen.values != before.values
            move = (seen, is_new)
            is_for_all = not shared.open
        else:
            move = self._apply_changes(
                before, flag_set, flag_set.some_client_flags(keys, context, buckets)
            )
            is_for_all = shared.open.keys().isdisjoint(keys)
        if is_for_all:
            before.moves[context.groups] = move
        return move

    def _apply_changes(
        self, before: Seen, flag_set: FlagSet, changed: tuple[Evaluation, ...]
    ) -> Move:
        """Apply the results of changed flags; the same flags are visible in both sets."""
        key = tuple(map(id, changed))
        move = before.moves.get(key)
        if move is None:
            items, is_new = list(before.evaluations), False
            for item in changed:
                place = flag_set.places[item.key]
                is_new |= items[place].value is not item.value
                items[place] = item
            move = before.moves[key] = (self._intern(flag_set, tuple(items)), is_new)
        return move

    def _intern(self, flag_set: FlagSet, evaluations: tuple[Evaluation, ...]) -> Seen:
        key = (id(flag_set), *map(id, evaluations))
        return self._seen.get(key) or self._seen.setdefault(key, Seen(flag_set, evaluations))

    def changed(self, before: FlagSet, after: FlagSet) -> frozenset[str] | None:
        """Return the visible keys that changed; None where a client must evaluate all of them.

        It is computed once for all clients with the same move. The store keeps the object of each
        unchanged flag, so that `is` can compare them.
        """
        if self._last is None or self._last[0] is not before or self._last[1] is not after:
            self._last = (before, after, _changed(before, after))
        return self._last[2]


class FlagView:
    """The flags of one client, kept up to date."""

    def __init__(self, context: EvaluationContext, current: FlagSet, views: FlagViews) -> None:
        """`views` are the shared views of the process."""
        self._context = context
        self._views = views
        self._buckets = Buckets()
        self.seen = views.evaluate_all(current, context, self._buckets)

    def move_to(self, flag_set: FlagSet) -> bool:
        """Move to another set; returns True where a value has changed for the client."""
        self.seen, is_new = self._views.moved(self.seen, flag_set, self._context, self._buckets)
        return is_new


def _changed(before: FlagSet, after: FlagSet) -> frozenset[str] | None:
    if (before.stale, before.killed) != (after.stale, after.killed):
        return None
    if before.places != after.places:
        return None
    old, new = before.flags, after.flags
    return frozenset(key for key in after.places if old[key] is not new[key])
