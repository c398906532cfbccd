"""Convert JSONB columns to domain objects and back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from domain.flags.flags import Flag
from domain.flags.run_holds import FlagParts, FlagValues, RunHold
from domain.metrics.criteria import Criterion
from domain.phases.phases import RampStep, RollbackPlan
from domain.phases.rehearsal import Rehearsal
from domain.platform.percent import Percent

T = TypeVar("T")

_steps = TypeAdapter(list[RampStep])
_criteria = TypeAdapter(list[Criterion])
_plan = TypeAdapter(RollbackPlan)
_rehearsal = TypeAdapter(Rehearsal)


def steps_of(column: Sequence[object]) -> list[RampStep]:
    """Read the ramp of a phase."""
    return _steps.validate_python(column)


def dump_steps(steps: Sequence[RampStep]) -> list[object]:
    """Dump a ramp to JSON."""
    return _list(_steps.dump_python(list(steps), mode="json"))


def criteria_of(column: Sequence[object]) -> list[Criterion]:
    """Read the success criteria of a phase."""
    return _criteria.validate_python(column)


def dump_criteria(criteria: Sequence[Criterion]) -> list[object]:
    """Dump success criteria to JSON."""
    return _list(_criteria.dump_python(list(criteria), mode="json"))


def plan_of(column: dict[str, object] | None) -> RollbackPlan | None:
    """Read the rollback plan of a phase."""
    return None if column is None else _plan.validate_python(column)


def dump_plan(plan: RollbackPlan | None) -> dict[str, object] | None:
    """Dump a rollback plan to JSON."""
    return None if plan is None else dict(_plan.dump_python(plan, mode="json"))


def rehearsal_of(column: dict[str, object] | None) -> Rehearsal | None:
    """Read the rehearsal settings of a run; None if the run is not a rehearsal."""
    return None if column is None else _rehearsal.validate_python(column)


def dump_rehearsal(rehearsal: Rehearsal) -> dict[str, object]:
    """Dump rehearsal settings to JSON."""
    return dict(_rehearsal.dump_python(rehearsal, mode="json"))


def audit_flag(flag: Flag) -> dict[str, object]:
    """Dump the state of a flag for one side of an audit diff, with the field names of the API.

    `enabled` and `rolloutPercentage` are the values in force; the other fields say what the owner
    and the run want (D1). The ramp step is not included: it belongs to the phase, and where it
    decides it equals `rolloutPercentage`.
    """
    parts = flag.wanted
    hold = parts.hold
    return {
        "name": flag.name,
        "description": flag.description,
        "enabled": flag.enabled,
        "rolloutPercentage": flag.rollout_percentage,
        "targetGroups": list(flag.target_groups),
        "bucketBy": flag.bucket_by.name,
        "clientVisible": flag.client_visible,
        "salt": flag.salt,
        "ownerEnabled": parts.owner.enabled,
        "ownerPercentage": parts.owner.percentage,
        "runId": str(hold.run_id) if hold else None,
        "runSwitch": hold.switch if hold else None,
        "runTargetPercentage": hold.target if hold else None,
        "runCeilingPercentage": hold.ceiling if hold else None,
        "version": flag.version,
    }


def parts_of_audit(state: Mapping[str, object], unknown: FlagParts) -> FlagParts:
    """Read the parts of a flag from one side of an audit diff.

    Returns `unknown` for diffs written before ADR 27. The audit does not contain the ramp step, so
    the returned hold never has one.
    """
    if "ownerEnabled" not in state:
        return unknown
    owner = FlagValues(bool(state["ownerEnabled"]), _percent(state.get("ownerPercentage", 0)))
    if state.get("runId") is None:
        return FlagParts(owner)
    hold = RunHold(
        UUID(str(state["runId"])),
        switch=_optional(state.get("runSwitch"), bool),
        target=_optional(state.get("runTargetPercentage"), _percent),
        ceiling=_optional(state.get("runCeilingPercentage"), _percent),
    )
    return FlagParts(owner, hold)


def _percent(value: object) -> Percent:
    return Percent(float(str(value)))


def _optional(value: object, read: Callable[[object], T]) -> T | None:
    return None if value is None else read(value)


def _list(value: Any) -> list[object]:  # noqa: ANN401 - pydantic's dump has no type
    return list(value)
