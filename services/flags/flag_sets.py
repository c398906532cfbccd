"""All flags at one version, and their values for a client (S24, S53, S59, A6)."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from domain.flags import kills
from domain.flags.flags import (
    Evaluation,
    EvaluationContext,
    EvaluationErrorCode,
    EvaluationReason,
    Flag,
    evaluate,
    missing,
    named_ids,
    without_names,
)
from domain.flags.kills import Kill, KillRecord
from services.flags.flag_buckets import Buckets, Salts
from services.flags.group_evaluations import Choice, GroupEvaluations, Split

MAX_OUTCOMES = 5_000


class Outcomes:
    """Interns evaluations: equal results of many clients are one object.

    Two interned evaluations can be compared with `is`. After the cache was emptied, equal ones may
    be different objects, which costs a copy and nothing else.
    """

    def __init__(self) -> None:
        self._public: dict[Hashable, Evaluation] = {}
        self._salts: Salts = ()

    def same_salts(self, salts: Salts) -> Salts:
        """Return the previous object where the salts are equal, so that `is` can compare them."""
        if salts != self._salts:
            self._salts = salts
        return self._salts

    def public(self, item: Evaluation) -> Evaluation:
        """Return an evaluation without the client's bucket and group, which clients never see."""
        key = (item.key, item.value, item.reason, item.flag_version, item.error_code, item.limit)
        shared = self._public.get(key)
        if shared is None:
            if len(self._public) >= MAX_OUTCOMES:
                self._public.clear()
            shared = self._public[key] = replace(item, bucket=None, matched_group=None)
        return shared


@dataclass(frozen=True, eq=False)
class FlagSet:
    """Every flag at one version. `stale` says that the database did not answer lately."""

    version: int = 0
    flags: Mapping[str, Flag] = field(default_factory=dict)
    loaded_at: datetime | None = None
    stale: bool = True
    killed: frozenset[str] = frozenset()  # by a record, or by the environment
    kills: Mapping[str, KillRecord] = field(default_factory=dict)
    outcomes: Outcomes = field(default_factory=Outcomes)  # of this set and of those made from it

    def evaluate(self, key: str, context: EvaluationContext) -> Evaluation:
        """Evaluate one flag; a kill switch takes precedence over everything else (S53, A6)."""
        flag = self.flags.get(key)
        if self.killed and self.is_killed(key):
            version = flag.version if flag else 0
            return Evaluation(key, False, EvaluationReason.DISABLED, version)
        if flag is None:
            return self._unknown(key)
        return self._with_reason(evaluate(flag, context))

    def client_flags(
        self, context: EvaluationContext, buckets: Buckets | None = None
    ) -> tuple[Evaluation, ...]:
        """Evaluate all flags that clients may see, off ones included, in the order of keys (S24).

        `buckets` are the cached buckets of the client.
        """
        shared = self.for_groups(context.groups)
        choice = self.choose(shared, context, buckets or Buckets())
        return self.evaluate_each(context) if choice is None else shared.evaluations(choice)

    def choose(
        self, shared: GroupEvaluations, context: EvaluationContext, buckets: Buckets
    ) -> Choice | None:
        """Choose the results for a client at once; None where each flag is evaluated for itself.

        `shared` are the evaluations for the groups of the client.
        """
        return None if self.names(context) else shared.choose(self.salts, context, buckets)

    def names(self, context: EvaluationContext) -> bool:
        """Whether a visible flag may name the client by its id."""
        return bool(self._named) and not self._named.isdisjoint(context.keys.values())

    def evaluate_each(self, context: EvaluationContext) -> tuple[Evaluation, ...]:
        """Evaluate one visible flag after the other."""
        return tuple(self.public(key, context) for key in self.places)

    def public(self, key: str, context: EvaluationContext) -> Evaluation:
        """Evaluate one flag as a client sees it."""
        evaluation = self.evaluate(key, context)
        # Callers choose the keys of unknown flags: caching those would fill the memory.
        return self.outcomes.public(evaluation) if key in self.flags else evaluation

    def for_groups(self, groups: frozenset[str]) -> GroupEvaluations:
        """Return the evaluations that clients in these groups share, if no flag names them."""
        shared = self._by_groups.get(groups)
        if shared is None:
            shared = self._by_groups[groups] = self._evaluate_groups(groups)
        return shared

    def _evaluate_groups(self, groups: frozenset[str]) -> GroupEvaluations:
        """Evaluate for groups; those in which all is the same share one object."""
        anonymous = EvaluationContext(groups=groups)
        settled, splits = list[Evaluation](), dict[int, Split]()
        for place, key in enumerate(self.places):
            evaluation = self._evaluate_unnamed(key, anonymous)
            settled.append(evaluation)
            if evaluation.limit is not None and not self.is_killed(key):
                splits[place] = self._split(self.flags[key], evaluation.limit)
        evaluations = GroupEvaluations.of(settled, splits)
        return self._by_content.setdefault(tuple(map(id, settled)), evaluations)

    def _evaluate_unnamed(self, key: str, context: EvaluationContext) -> Evaluation:
        """Evaluate a flag as if it named nobody."""
        flag = self.flags[key]
        if self.is_killed(key) or not named_ids(flag):
            return self.public(key, context)
        result = evaluate(without_names(flag), context)
        return self.outcomes.public(self._with_reason(result))

    def _split(self, flag: Flag, limit: int) -> Split:
        reason = EvaluationReason.STALE if self.stale else EvaluationReason.SPLIT
        inside, outside = (
            self.outcomes.public(Evaluation(flag.key, value, reason, flag.version, limit=limit))
            for value in (True, False)
        )
        return Split(flag.bucket_by, limit, inside, outside)

    def _with_reason(self, evaluation: Evaluation) -> Evaluation:
        """Say so where the database did not answer lately."""
        return replace(evaluation, reason=EvaluationReason.STALE) if self.stale else evaluation

    def changed_since(
        self, before: "FlagSet | None", keys: Collection[str] | None = None
    ) -> list[Flag]:
        """Return the flags that are new or have changed, of some keys or of all."""
        names = self._changed_keys(before)
        selected = names if keys is None else [key for key in names if key in keys]
        return [self.flags[key] for key in selected]

    def _changed_keys(self, before: "FlagSet | None") -> Sequence[str]:
        """Return the changed keys, computed once for all who come from the same set."""
        if before is None:
            return tuple(self.flags)
        changed = self._changed_since.get(before)
        if changed is None:
            news = tuple(key for key in self.flags if self._has_changed(key, before))
            changed = self._changed_since[before] = news
        return changed

    def _has_changed(self, key: str, before: "FlagSet") -> bool:
        """Whether the flag, or its kill, differs for an operator."""
        if before.flags.get(key) is not self.flags[key]:
            return True
        return self.killed != before.killed and self.kill_of(key) != before.kill_of(key)

    @cached_property
    def _changed_since(self) -> WeakKeyDictionary["FlagSet", Sequence[str]]:
        return WeakKeyDictionary()

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The keys that clients may see, with their place in `client_flags`."""
        visible = (flag.key for flag in self.flags.values() if flag.client_visible)
        return {key: place for place, key in enumerate(visible)}

    @cached_property
    def salts(self) -> Salts:
        """The salts of the flags in `places`, which select a bucket together with an id."""
        flags = (self.flags[key] for key in self.places)
        salts = tuple((flag.bucket_by, f"{flag.salt}:".encode()) for flag in flags)
        return self.outcomes.same_salts(salts)

    @cached_property
    def joined_keys(self) -> bytes:
        """The keys of `client_flags`, joined, for its ETag."""
        return ",".join(self.places).encode()

    @cached_property
    def _named(self) -> frozenset[str]:
        """The ids that the target groups of visible flags name."""
        return frozenset[str]().union(*(named_ids(self.flags[key]) for key in self.places))

    @cached_property
    def _by_groups(self) -> dict[frozenset[str], GroupEvaluations]:
        """Bounded: there are only as many group sets as combinations of side, trade and role."""
        return {}

    @cached_property
    def _by_content(self) -> dict[tuple[int, ...], GroupEvaluations]:
        """Keyed by the ids of the settled evaluations. Bounded as `_by_groups`."""
        return {}

    def kill_of(self, key: str) -> Kill | None:
        """Return the kill that forces a flag off, or None."""
        return kills.find_kill(key, self.kills, self.killed) if self.killed else None

    def existing(self, keys: Iterable[str]) -> list[str]:
        """Return the keys that name a flag or a kill: a killed flag need not exist."""
        return [key for key in keys if key in self.flags or key in self.killed]

    def is_killed(self, key: str) -> bool:
        """Whether a kill forces a flag off."""
        return kills.is_killed(key, self.killed)

    def _unknown(self, key: str) -> Evaluation:
        if self.version:
            return missing(key)
        return replace(missing(key), error_code=EvaluationErrorCode.GENERAL)
