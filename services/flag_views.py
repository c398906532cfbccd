"""What clients see of the flags: most see the same, and a change is worked out once for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from weakref import WeakValueDictionary

from domain.flags import Evaluation, EvaluationContext
from services.flag_store import FlagSet


@dataclass(eq=False)
class Seen:
    """The flags of a set as some clients see them; the same object for all of these."""

    of: FlagSet
    evaluations: tuple[Evaluation, ...]
    moving_to: FlagSet | None = None
    moves: dict[tuple[Evaluation, ...], tuple["Seen", bool]] = field(default_factory=dict)

    @cached_property
    def values(self) -> Mapping[str, bool]:
        """The flags by key, in their order."""
        return {item.key: item.value for item in self.evaluations}


class FlagViews:
    """One for each process."""

    def __init__(self) -> None:
        self._seen: WeakValueDictionary[tuple[int, tuple[Evaluation, ...]], Seen] = (
            WeakValueDictionary()
        )
        self._last: tuple[FlagSet, FlagSet, frozenset[str] | None] | None = None

    def __len__(self) -> int:
        """How many different ones are kept. Tests of leaks count on it."""
        return len(self._seen)

    def everything(self, found: FlagSet, context: EvaluationContext) -> Seen:
        """All flags of a client, evaluated anew."""
        return self._one(found, tuple(map(_public, found.client_flags(context))))

    def moved(
        self, before: Seen, found: FlagSet, changed: tuple[Evaluation, ...]
    ) -> tuple[Seen, bool]:
        """What clients see where these flags came out as that, and whether a value is new.

        Worked out for the first of them that goes this way.
        """
        if before.moving_to is not found:
            before.moving_to, before.moves = found, {}
        known = before.moves.get(changed)
        if known is None:
            new = {item.key: item for item in changed}
            kept = [item for item in before.evaluations if _shown(found, item.key)]
            then = self._one(found, tuple(new.get(item.key, item) for item in kept))
            known = before.moves[changed] = (then, then.values != before.values)
        return known

    def _one(self, found: FlagSet, evaluations: tuple[Evaluation, ...]) -> Seen:
        return self._seen.setdefault((id(found), evaluations), Seen(found, evaluations))

    def changed(self, before: FlagSet, after: FlagSet) -> frozenset[str] | None:
        """Keys of flags that came, went or changed; None where any flag may have changed.

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
        self.seen = views.everything(current, context)

    def move_to(self, found: FlagSet) -> bool:
        """Go to another set; True where the client sees another value than before."""
        before = self.seen
        keys = self._views.changed(before.of, found)
        if keys is None or any(_shown(found, key) and key not in before.values for key in keys):
            self.seen = self._views.everything(found, self._context)
            return self.seen.values != before.values
        shown = [key for key in keys if _shown(found, key)]
        again = tuple(_public(found.evaluate(key, self._context)) for key in shown)
        self.seen, is_new = self._views.moved(before, found, again)
        return is_new


def _shown(found: FlagSet, key: str) -> bool:
    flag = found.flags.get(key)
    return flag is not None and flag.client_visible


def _public(item: Evaluation) -> Evaluation:
    """Without the client's own bucket, which nobody is shown: so that more clients see the same."""
    if item.bucket is None and item.matched_group is None:
        return item
    return replace(item, bucket=None, matched_group=None)


def _changed(before: FlagSet, after: FlagSet) -> frozenset[str] | None:
    if (before.stale, before.killed) != (after.stale, after.killed):
        return None
    old, new = before.flags, after.flags
    moved = {key for key, flag in new.items() if old.get(key) is not flag}
    return frozenset(moved | (old.keys() - new.keys()))
