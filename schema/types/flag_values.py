"""What flags evaluate to for one user (A1, A22)."""

from collections.abc import Sequence
from dataclasses import field
from typing import cast
from weakref import WeakKeyDictionary

import strawberry

from domain.actors import Scope
from domain.flags.flags import Evaluation, values_of
from schema.context import Info
from schema.directives import ScopeDirective
from schema.enums import EvaluationErrorCode, EvaluationReason
from schema.permissions import require
from schema.results import ChosenItems, ItemPairs, SerializedFields, SharedResults
from schema.types.flag_explanations import FlagExplanation
from services.flags.flag_evaluation import ExplainedEvaluation, etag, etag_of
from services.flags.flag_sets import MAX_OUTCOMES, Outcomes
from services.flags.flag_sets import FlagSet as Flags
from services.flags.flag_views import Seen
from services.flags.group_evaluations import GroupEvaluations

_FLAGS_READ = (Scope.FLAGS_READ,)


@strawberry.type(description="The value of one flag for one user.")
class FlagEvaluation:
    """A value with its reason."""

    key: str = strawberry.field(description="The flag's key.")
    value: bool = strawberry.field(description="On or off.")
    reason: EvaluationReason = strawberry.field(description="Why.")
    error_code: EvaluationErrorCode | None = strawberry.field(description="What went wrong.")
    flag_version: int = strawberry.field(description="The version of the flag; 0 if unknown.")
    result: strawberry.Private[ExplainedEvaluation]
    serialized: strawberry.Private[SerializedFields] = field(default_factory=SerializedFields)

    @strawberry.field(
        description="The decision step by step, if `explain` is set.",
        directives=[ScopeDirective(any=list(_FLAGS_READ))],
    )
    def explanation(self, info: Info) -> FlagExplanation | None:
        """Explain the value; this needs a scope, because it shows how others are targeted."""
        require(info.context, _FLAGS_READ)
        return FlagExplanation.of(self.result)

    @classmethod
    def of(cls, result: ExplainedEvaluation) -> "FlagEvaluation":
        """Build the object from an evaluation."""
        item = result.evaluation
        return cls(
            key=item.key,
            value=item.value,
            reason=item.reason,
            error_code=item.error_code,
            flag_version=item.flag_version,
            result=result,
        )


@strawberry.type(description="Flags for one user at one version of the whole set.")
class FlagSet:
    """The flags of one user, which apps request when they start."""

    version: int = strawberry.field(description="The version of the whole set of flags.")
    etag: str = strawberry.field(description="Changes when a value in here changes.")
    flags: list[FlagEvaluation] = strawberry.field(description="By key.")
    results: strawberry.Private[SharedResults] = field(
        default_factory=lambda: SharedResults(has_owned_rows=False)
    )

    @classmethod
    def of(cls, version: int, results: list[ExplainedEvaluation]) -> "FlagSet":
        """Build the object from evaluations."""
        tag = etag(version, [result.evaluation for result in results])
        return cls(version=version, etag=tag, flags=[FlagEvaluation.of(item) for item in results])

    @classmethod
    def seen(cls, flags: Flags, evaluations: Sequence[Evaluation]) -> "FlagSet":
        """Build the set of a client; equal evaluations share one object."""
        tag = etag_of(flags.version, flags.joined_keys, values_of(evaluations))
        shown = _shown(flags, evaluations)
        return cls(version=flags.version, etag=tag, flags=shown)

    @classmethod
    def shared(cls, seen: Seen) -> "FlagSet":
        """Return one object for all callers with equal evaluations, so that they share results."""
        if not isinstance(seen.shown, cls):
            seen.shown = cls._of_seen(seen) if seen.choice else cls.seen(seen.of, seen.evaluations)
        return seen.shown

    @classmethod
    def _of_seen(cls, seen: Seen) -> "FlagSet":
        """Build the set of a client whose bucket decides: thousands of these differ."""
        flags, pairs = seen.of, _pairs.get(seen.shared)
        if pairs is None:
            columns = (_shown(flags, column) for column in zip(*seen.shared.pairs, strict=True))
            pairs = _pairs[seen.shared] = ItemPairs(zip(*columns, strict=True))
        return cls(
            version=flags.version,
            etag=etag_of(flags.version, flags.joined_keys, seen.bits),
            flags=cast("list[FlagEvaluation]", ChosenItems(pairs, seen.choice or b"")),
        )


def _shown(flags: Flags, evaluations: Sequence[Evaluation]) -> list[FlagEvaluation]:
    shared = _evaluations.setdefault(flags.outcomes, {})
    return [shared.get(id(item)) or _evaluation(shared, item) for item in evaluations]


def _evaluation(shared: dict[int, FlagEvaluation], item: Evaluation) -> FlagEvaluation:
    if len(shared) >= MAX_OUTCOMES:
        shared.clear()
    # It holds the evaluation, whose id is therefore nobody else's.
    evaluation = shared[id(item)] = FlagEvaluation.of(ExplainedEvaluation(item))
    return evaluation


_evaluations: WeakKeyDictionary[Outcomes, dict[int, FlagEvaluation]] = WeakKeyDictionary()
_pairs: WeakKeyDictionary[GroupEvaluations, ItemPairs[FlagEvaluation]] = WeakKeyDictionary()
