"""Launch files: flags and phases that are created and changed together (A52; L27)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import strawberry
from strawberry import UNSET

from domain.errors import LaunchError
from schema.enums import BucketBy, Platform, describe
from schema.scalars import JSON, Percent
from schema.types.criterion_inputs import CriterionInput
from schema.types.errors import Error
from schema.types.phase_parts import PhaseFlagInput, RampStepInput, RollbackPlanInput
from schema.types.provided import provided_fields, refuse_null
from services.flags.flags import FlagPatch
from services.phases.launch_file_entries import FileChange, FileKind, FlagEntry, PhaseEntry
from services.phases.launch_files import FilePlan, LaunchFile
from services.phases.phases import PhasePatch

describe(FileKind, "The kind of an entry of a file.", FLAG="A feature flag.", PHASE="A phase.")

KEY = "Its key: a flag or phase that does not exist is created."


@strawberry.input(description="A flag of a file; omitted fields stay unchanged.")
class LaunchFileFlagInput:
    """An entry as `launch export` writes it."""

    key: str = strawberry.field(description=KEY)
    name: str | None = strawberry.field(description="Its name for people.", default=UNSET)
    description: str | None = strawberry.field(description="What the flag controls.", default=UNSET)
    enabled: bool | None = strawberry.field(description="On or off.", default=UNSET)
    rollout_percentage: Percent | None = strawberry.field(
        description="The percentage of users included.", default=UNSET
    )
    target_groups: list[str] | None = strawberry.field(
        description="The groups that may be included; empty: everybody.", default=UNSET
    )
    bucket_by: BucketBy | None = strawberry.field(
        description="Whose id decides which users are included.", default=UNSET
    )
    client_visible: bool | None = strawberry.field(
        description="Whether viewerFlags shows it.", default=UNSET
    )

    def command(self) -> FlagEntry:
        """Return the command for the service. Raises Required for a field that cannot be null."""
        names = {name: name for name in FlagPatch.__annotations__ if name != "override"}
        values = provided_fields(self, names)
        refuse_null(values, *(name for name in names if name != "description"))
        return FlagEntry(self.key, cast("FlagPatch", values))


@strawberry.input(description="A phase of a file; omitted fields stay unchanged.")
class LaunchFilePhaseInput:
    """An entry as `launch export` writes it."""

    key: str = strawberry.field(description=KEY)
    name: str | None = strawberry.field(description="Its name for people.", default=UNSET)
    description: str | None = strawberry.field(description="A description.", default=UNSET)
    position: int | None = strawberry.field(description="Its position.", default=UNSET)
    platforms: list[Platform] | None = strawberry.field(
        description="The platforms; locked while it is live.", default=UNSET
    )
    planned_start_at: datetime | None = strawberry.field(
        description="The planned start.", default=UNSET
    )
    planned_end_at: datetime | None = strawberry.field(
        description="The planned end.", default=UNSET
    )
    steps: list[RampStepInput] | None = strawberry.field(
        description="Its ramp; locked while it is live.", default=UNSET
    )
    success_criteria: list[CriterionInput] | None = strawberry.field(
        description="Its success criteria.", default=UNSET
    )
    rollback_plan: RollbackPlanInput | None = strawberry.field(
        description="Its rollback plan.", default=UNSET
    )
    flags: list[PhaseFlagInput] | None = strawberry.field(
        description="The flags that it switches on; locked while it is live.", default=UNSET
    )

    cohort: bool | None = strawberry.field(
        description="One cohort for all its flags; locked while it is live.", default=UNSET
    )

    def command(self) -> PhaseEntry:
        """Return the command for the service. Raises Required for a field that cannot be null."""
        names = {name: name for name in PhasePatch.__annotations__} | {
            "success_criteria": "criteria"
        }
        del names["criteria"]
        values = provided_fields(self, names)
        refuse_null(values, "name", "position", "platforms", "cohort")
        for name, part in _PARTS.items():
            if name in values:
                values[name] = part(values[name])
        return PhaseEntry(self.key, cast("PhasePatch", values))


def _rules(values: Any) -> object:  # noqa: ANN401 - a list of inputs, or null
    return [item.rule() for item in values or ()]


_PARTS: dict[str, Callable[[Any], object]] = {
    "steps": _rules,
    "criteria": _rules,
    "rollback_plan": lambda plan: plan.rule() if plan else None,
    "flags": lambda links: [link.command() for link in links or ()],
}


def _read(entry: Any) -> Any:  # noqa: ANN401 - of a flag or a phase
    """Return the command of an entry, or what is wrong with it."""
    try:
        return entry.command()
    except LaunchError as error:
        return error


@strawberry.input(description="The flags and phases of a launch file. Nothing is ever removed.")
class LaunchFileInput:
    """The input of `launchPlan` and `applyLaunch`."""

    flags: list[LaunchFileFlagInput] | None = strawberry.field(
        description="At most 500; applied before the phases.", default=None
    )
    phases: list[LaunchFilePhaseInput] | None = strawberry.field(
        description="At most 500.", default=None
    )

    def command(self) -> LaunchFile:
        """Return the command for the service."""
        flags = [_read(item) for item in self.flags or ()]
        phases = [_read(item) for item in self.phases or ()]
        return LaunchFile(flags, phases)


@strawberry.type(description="One field that changes.")
class LaunchFileField:
    """A changed field, with values as JSON in the names of the schema."""

    name: str = strawberry.field(description="The field.")
    before: JSON | None = strawberry.field(description="The current value; null if it is created.")
    after: JSON | None = strawberry.field(description="The new value.")


@strawberry.type(description="A flag or phase to create or change.")
class LaunchFileChange:
    """An entry of a file that differs from the current state."""

    kind: FileKind = strawberry.field(description="Flag or phase.")
    key: str = strawberry.field(description="Its key.")
    is_new: bool = strawberry.field(description="Whether it is created.")
    fields: list[LaunchFileField] = strawberry.field(description="The changed fields.")

    @classmethod
    def of(cls, change: FileChange) -> "LaunchFileChange":
        """Build the object from a change."""
        fields = [
            LaunchFileField(name=name, before=_json(before), after=_json(after))
            for name, (before, after) in change.fields.items()
        ]
        return cls(kind=change.kind, key=change.key, is_new=change.is_new, fields=fields)


@strawberry.type(description="What applying a file would change, or has changed.")
class LaunchFilePlan:
    """All differences between a file and the current state."""

    hash: str | None = strawberry.field(
        description="Pass it to applyLaunch, so that only what was shown can happen.", default=None
    )
    changes: list[LaunchFileChange] = strawberry.field(
        description="Flags first; empty if nothing would change.",
        default_factory=list,
    )
    errors: list[Error] = strawberry.field(
        description="All errors in the file, each with its path.", default_factory=list
    )

    @classmethod
    def of(cls, plan: FilePlan) -> "LaunchFilePlan":
        """Build the object from a plan."""
        return cls(hash=plan.hash, changes=[LaunchFileChange.of(item) for item in plan.changes])

    @classmethod
    def failed(cls, error: LaunchError) -> "LaunchFilePlan":
        """Build the payload of expected failures."""
        return cls(errors=Error.every(error))


def _json(value: object) -> JSON | None:
    return None if value is None else JSON(value)
