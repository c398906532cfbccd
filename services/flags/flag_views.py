"""What clients see of the flags. Most see the same, so each change is evaluated once for them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakValueDictionary

from domain.flags.flags import Evaluation, EvaluationContext, named_ids, values_of
from services.flags.flag_buckets import Buckets
from services.flags.flag_sets import FlagSet
from services.flags.group_evaluations import Choice, GroupEvaluations, encoded_ids


@dataclass(eq=False, slots=True, weakref_slot=True)
class Seen:
    """The flags of a set as some clients see them; they share this object.

    It is a choice of shared evaluations, or a list of its own where a flag names the client.
    """

    of: FlagSet
    shared: GroupEvaluations
    choice: Choice | None
    listed: tuple[Evaluation, ...] = ()
    shown: object = None  # the GraphQL value, built once for all clients
    moving_to: FlagSet | None = None
    moves: "dict[frozenset[str], Move] | None" = None  # by the groups of a client

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """One for each visible flag, in the order of the flags."""
        return self.listed if self.choice is None else self.shared.evaluations(self.choice)

    @property
    def bits(self) -> bytes:
        """The values only, one byte each."""
        return values_of(self.listed) if self.choice is None else self.shared.values(self.choice)

    @property
    def values(self) -> Mapping[str, bool]:
        """The values by key, in the order of the flags."""
        return {item.key: item.value for item in self.evaluations}


Move: TypeAlias = tuple[Seen, bool]  # what is seen afterwards, and whether a value has changed

_FEW = 4  # where less than a quarter of the flags has changed, only these are decided again


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two sets, for all clients that move from one to the other.

    `places` are those of the changed flags; all, if the sets show different flags.
    """

    places: frozenset[int]
    is_few: bool
    shows_same_flags: bool
    names_somebody: bool  # a changed flag admits or excludes clients by name

    @classmethod
    def between(cls, before: FlagSet, after: FlagSet) -> "Changes":
        """Compare two sets. The store keeps the object of each unchanged flag, hence `is`."""
        shows_same_flags = before.places == after.places
        has_same_reasons = (before.stale, before.killed) == (after.stale, after.killed)
        is_comparable = shows_same_flags and has_same_reasons
        changed = {
            key: place
            for key, place in after.places.items()
            if not is_comparable or before.flags[key] is not after.flags[key]
        }
        return cls(
            frozenset(changed.values()),
            is_comparable and _FEW * len(changed) < len(after.places),
            shows_same_flags,
            any(named_ids(after.flags[key]) for key in changed),
        )


class FlagViews:
    """The views of all clients in one process."""

    def __init__(self) -> None:
        # Keyed by ids of objects that a `Seen` keeps alive, so that they are not reused.
        self._seen: WeakValueDictionary[Hashable, Seen] = WeakValueDictionary()
        self._last: tuple[FlagSet, FlagSet, Changes] | None = None

    def __len__(self) -> int:
        """The number of different views; tests for leaks use it."""
        return len(self._seen)

    def evaluate_all(self, flag_set: FlagSet, context: EvaluationContext, buckets: Buckets) -> Seen:
        """Evaluate all flags of a client."""
        shared = flag_set.for_groups(context.groups)
        choice = flag_set.choose(shared, context, buckets)
        if choice is None:
            return self._list(flag_set, shared, flag_set.evaluate_each(context))
        return self._choose(flag_set, shared, choice)

    def _choose(self, flag_set: FlagSet, shared: GroupEvaluations, choice: Choice) -> Seen:
        key = (id(shared), choice)
        return self._seen.get(key) or self._seen.setdefault(key, Seen(flag_set, shared, choice))

    def _list(
        self, flag_set: FlagSet, shared: GroupEvaluations, evaluations: tuple[Evaluation, ...]
    ) -> Seen:
        key = (id(flag_set), *map(id, evaluations))
        seen = self._seen.get(key)
        return seen or self._seen.setdefault(key, Seen(flag_set, shared, None, evaluations))

    def moved(
        self, before: Seen, flag_set: FlagSet, context: EvaluationContext, buckets: Buckets
    ) -> Move:
        """Return what a client sees after moving from one set to another.

        It is computed once for all clients whose groups decide it.
        """
        if before.moves is not None and before.moving_to is flag_set:
            move = before.moves.get(context.groups)
            if move is not None:
                return move
        changes, shared = self.changes(before.of, flag_set), flag_set.for_groups(context.groups)
        seen = self._update(before, flag_set, changes, context, buckets)
        is_new = (
            seen.bits != before.bits if changes.shows_same_flags else seen.values != before.values
        )
        if _is_for_all(before, shared, changes):
            if before.moves is None or before.moving_to is not flag_set:
                before.moving_to, before.moves = flag_set, {}
            before.moves[context.groups] = (seen, is_new)
        return seen, is_new

    def _update(
        self,
        before: Seen,
        flag_set: FlagSet,
        changes: Changes,
        context: EvaluationContext,
        buckets: Buckets,
    ) -> Seen:
        """Decide only what has changed where that is little."""
        shared, is_named = flag_set.for_groups(context.groups), flag_set.names(context)
        if changes.is_few and is_named and before.choice is None:
            items, keys = list(before.listed), tuple(flag_set.places)
            for place in changes.places:
                items[place] = flag_set.public(keys[place], context)
            return self._list(flag_set, shared, tuple(items))
        if changes.is_few and not is_named and before.choice and shared.splits:
            salts = flag_set.salts
            choice = shared.update(before.choice, changes.places, salts, context, buckets)
            if choice is not None:
                return self._choose(flag_set, shared, choice)
        return self.evaluate_all(flag_set, context, buckets)

    def changes(self, before: FlagSet, after: FlagSet) -> Changes:
        """Return what differs between two sets, computed once for all clients."""
        if self._last is None or self._last[0] is not before or self._last[1] is not after:
            self._last = (before, after, Changes.between(before, after))
        return self._last[2]


class FlagView:
    """The flags of one client, kept up to date."""

    __slots__ = ("__weakref__", "_buckets", "_context", "_views", "seen")

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

    def warm_up(self) -> None:
        """Compute the buckets of all visible flags, also of those that are off (PERF3).

        Hashing them for thousands of clients would delay the activation that needs them first.
        """
        salts = self.seen.of.salts
        ids = encoded_ids(self._context, {kind for kind, _ in salts})
        places = [place for place, (kind, _) in enumerate(salts) if kind in ids]
        self._buckets.at(salts, places, ids)


def _is_for_all(before: Seen, shared: GroupEvaluations, changes: Changes) -> bool:
    """Whether no id decides the move: it is that of all who saw the same before."""
    if before.choice is None or changes.names_somebody:
        return False
    return changes.places.isdisjoint(shared.splits)
