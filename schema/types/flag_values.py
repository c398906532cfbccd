"""What flags evaluate to for one user (A1, A22)."""

from collections.abc import Sequence
from dataclasses import field
from typing import cast
from weakref import WeakKeyDictionary

import strawberry

from domain.actors import Scope
from domain.flags.flags import Evaluation
from schema.context import Info
from schema.directives import ScopeDirective
from schema.enums import EvaluationErrorCode, EvaluationReason
from schema.permissions import require
from schema.results import SerializedFields, SharedResults
from schema.types.flag_explanations import FlagExplanation
from services.flags.flag_evaluation import ExplainedEvaluation, etag
from services.flags.flag_sets import MAX_OUTCOMES, Outcomes
from services.flags.flag_sets import FlagSet as Flags
from services.flags.flag_views import Seen

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
        shared = _evaluations.setdefault(flags.outcomes, {})
        shown = list(map(shared.get, map(id, evaluations)))
        if not all(shown):
            shown = [shared.get(id(item)) or _evaluation(shared, item) for item in evaluations]
        return cls(
            version=flags.version,
            etag=etag(flags.version, evaluations, flags.names),
            flags=cast("list[FlagEvaluation]", shown),
        )

    @classmethod
    def shared(cls, seen: Seen) -> "FlagSet":
        """Return one object for all callers with equal evaluations, so that they share results."""
        if not isinstance(seen.shown, cls):
            seen.shown = cls.seen(seen.of, seen.evaluations)
        return seen.shown


def _evaluation(shared: dict[int, FlagEvaluation], item: Evaluation) -> FlagEvaluation:
    if len(shared) >= MAX_OUTCOMES:
        shared.clear()
    # It holds the evaluation, whose id is therefore nobody else's.
    evaluation = shared[id(item)] = FlagEvaluation.of(ExplainedEvaluation(item))
    return evaluation


_evaluations: WeakKeyDictionary[Outcomes, dict[int, FlagEvaluation]] = WeakKeyDictionary()
