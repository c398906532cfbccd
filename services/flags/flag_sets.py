"""All flags at one version, and what they come to for a client (S24, S53, S59, A6)."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from domain.flags import kills
from domain.flags.flags import (
    BucketBy,
    Evaluation,
    EvaluationContext,
    EvaluationErrorCode,
    EvaluationReason,
    Flag,
    evaluate,
    missing,
    settled,
)
from domain.flags.kills import Kill, KillRecord
from services.flags.flag_buckets import Buckets, Salts


@dataclass(frozen=True, slots=True)
class Split:
    """A flag of which only the id is left to be asked: which of two things it comes to."""

    bucket_by: BucketBy
    limit: int
    inside: Evaluation
    outside: Evaluation


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What clients in the same groups are shown, as far as it does not depend on who they are.

    `settled` has a flag at its place; `open` the places of those that an id decides.
    """

    settled: tuple[Evaluation, ...]
    open: Mapping[str, tuple[int, Split | None]]


MAX_OUTCOMES = 5_000


class Outcomes:
    """One object for each thing that a flag can come to: a thousand clients hold no copies.

    Who compares two of them needs only `is`; where it was emptied between them, they are only
    equal, and what would have been shared is made twice.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Evaluation] = {}
        self._salts: Salts = ()

    def same_salts(self, found: Salts) -> Salts:
        """The object of before where they are equal: who compares needs only `is`."""
        if found != self._salts:
            self._salts = found
        return self._salts

    def public(self, item: Evaluation) -> Evaluation:
        """Without the client's own bucket and group, which nobody is shown."""
        key = (item.key, item.value, item.reason, item.flag_version, item.error_code, item.limit)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MAX_OUTCOMES:
                self._known.clear()
            known = self._known[key] = replace(item, bucket=None, matched_group=None)
        return known


@dataclass(frozen=True, eq=False)
class FlagSet:
    """Every flag at one version. `stale`: the database could not be asked lately."""

    version: int = 0
    flags: Mapping[str, Flag] = field(default_factory=dict)
    loaded_at: datetime | None = None
    stale: bool = True
    killed: frozenset[str] = frozenset()  # by a record, or by the environment
    kills: Mapping[str, KillRecord] = field(default_factory=dict)
    outcomes: Outcomes = field(default_factory=Outcomes)  # of this set and of those made from it

    def evaluate(self, key: str, context: EvaluationContext) -> Evaluation:
        """The value of one flag; the kill switch comes before anything else (S53, A6)."""
        flag = self.flags.get(key)
        if self.killed and self.is_killed(key):
            version = flag.version if flag else 0
            return Evaluation(key, False, EvaluationReason.DISABLED, version)
        if flag is None:
            return self._unknown(key)
        result = evaluate(flag, context)
        return replace(result, reason=EvaluationReason.STALE) if self.stale else result

    def client_flags(
        self, context: EvaluationContext, buckets: Buckets | None = None
    ) -> tuple[Evaluation, ...]:
        """All flags that clients may know of, off ones included, by key (S24).

        `buckets`: those of a client that stays.
        """
        plan = self.plan(context.groups)
        if not plan.open:
            return plan.settled
        found, ids, buckets = list(plan.settled), dict[BucketBy, bytes](), buckets or Buckets()
        for key, (place, split) in plan.open.items():
            decided = self._decided(place, split, context, ids, buckets)
            found[place] = decided or self.public(key, context)
        return tuple(found)

    def some_client_flags(
        self, keys: Iterable[str], context: EvaluationContext, buckets: Buckets | None = None
    ) -> tuple[Evaluation, ...]:
        """Some of these, in the order of their keys here."""
        buckets = buckets or Buckets()
        plan, ids, found = self.plan(context.groups), dict[BucketBy, bytes](), list[Evaluation]()
        for key in keys:
            if key in plan.open:
                decided = self._decided(*plan.open[key], context, ids, buckets)
                found.append(decided or self.public(key, context))
            else:
                found.append(plan.settled[self.places[key]])
        return tuple(found)

    def _decided(
        self,
        place: int,
        split: Split | None,
        context: EvaluationContext,
        ids: dict[BucketBy, bytes],
        buckets: Buckets,
    ) -> Evaluation | None:
        """As `domain.flags.flags.evaluate`; None where there is no id. `ids`: those so far."""
        if split is None:
            return None
        who = ids.get(split.bucket_by)
        if who is None:
            who = ids[split.bucket_by] = (context.key(split.bucket_by) or "").encode()
        if not who:
            return None
        inside = buckets.of(self.salts, place, who) < split.limit
        return split.inside if inside else split.outside

    def public(self, key: str, context: EvaluationContext) -> Evaluation:
        """The value of one flag as a client is shown it."""
        found = self.evaluate(key, context)
        # Keys of flags that do not exist are made up by callers: there is no end of them.
        return self.outcomes.public(found) if key in self.flags else found

    def plan(self, groups: frozenset[str]) -> Plan:
        """What clients in these groups are shown, as far as it does not depend on who they are."""
        known = self._plans.get(groups)
        if known is None:
            known = self._plans[groups] = self._planned(groups)
        return known

    def _planned(self, groups: frozenset[str]) -> Plan:
        found = [(key, self._settled(key, groups)) for key in self.places]
        nobody = EvaluationContext(groups=groups)
        return Plan(
            tuple(
                item if isinstance(item, Evaluation) else self.public(key, nobody)
                for key, item in found
            ),
            {
                key: (place, item)
                for place, (key, item) in enumerate(found)
                if not isinstance(item, Evaluation)
            },
        )

    def changed_since(
        self, before: "FlagSet | None", keys: Collection[str] | None = None
    ) -> list[Flag]:
        """Flags that are new or other than before, of some keys or of all."""
        names = self._news(before)
        wanted = names if keys is None else [key for key in names if key in keys]
        return [self.flags[key] for key in wanted]

    def _news(self, before: "FlagSet | None") -> Sequence[str]:
        """Found once for all who come from the same set."""
        if before is None:
            return tuple(self.flags)
        known = self._since.get(before)
        if known is None:
            news = tuple(key for key in self.flags if self._is_news(key, before))
            known = self._since[before] = news
        return known

    def _is_news(self, key: str, before: "FlagSet") -> bool:
        """Whether an operator sees another flag, or another kill of it."""
        if before.flags.get(key) is not self.flags[key]:
            return True
        return self.killed != before.killed and self.kill_of(key) != before.kill_of(key)

    @cached_property
    def _since(self) -> WeakKeyDictionary["FlagSet", Sequence[str]]:
        return WeakKeyDictionary()

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The keys that clients may know of, with their place in `client_flags`."""
        visible = (flag.key for flag in self.flags.values() if flag.client_visible)
        return {key: place for place, key in enumerate(visible)}

    @cached_property
    def salts(self) -> Salts:
        """Of the flags in `places`: what decides, with an id, about a bucket."""
        flags = (self.flags[key] for key in self.places)
        found = tuple((flag.bucket_by, f"{flag.salt}:".encode()) for flag in flags)
        return self.outcomes.same_salts(found)

    @cached_property
    def names(self) -> bytes:
        """The keys of `client_flags` in one piece, for its etag."""
        return ",".join(self.places).encode()

    @cached_property
    def _plans(self) -> dict[frozenset[str], Plan]:
        """There are as many groups of people as sides, trades and roles go together: few."""
        return {}

    def _settled(self, key: str, groups: frozenset[str]) -> Evaluation | Split | None:
        flag, nobody = self.flags[key], EvaluationContext(groups=groups)
        if self.is_killed(key) or settled(flag, groups) is not None:
            return self.public(key, nobody)
        limit = evaluate(flag, nobody).limit
        if limit is None or any("user:" in name for name in flag.target_groups):
            return None
        reason = EvaluationReason.STALE if self.stale else EvaluationReason.SPLIT
        sides = [
            self.outcomes.public(Evaluation(key, value, reason, flag.version, limit=limit))
            for value in (True, False)
        ]
        return Split(flag.bucket_by, limit, *sides)

    def kill_of(self, key: str) -> Kill | None:
        """What forces a flag off; None where nothing does."""
        return kills.find_kill(key, self.kills, self.killed) if self.killed else None

    def existing(self, keys: Iterable[str]) -> list[str]:
        """Those of some keys that name a flag, or a kill: a killed flag need not exist."""
        return [key for key in keys if key in self.flags or key in self.killed]

    def is_killed(self, key: str) -> bool:
        """Whether something forces a flag off."""
        return kills.is_killed(key, self.killed)

    def _unknown(self, key: str) -> Evaluation:
        if self.version:
            return missing(key)
        return replace(missing(key), error_code=EvaluationErrorCode.GENERAL)
