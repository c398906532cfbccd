"""Plans and applies a launch file: flags and phases in one transaction (A52; L27)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

from db.codecs import criteria_of, plan_of, steps_of
from db.models.phases import LaunchPhase
from db.queries import phases as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, Scope
from domain.errors import Collector, Forbidden, Invalid, LaunchError, PlanDrift
from domain.phases.plan_drift import drift, fingerprint
from domain.platform.platforms import Platform
from services.phases import phases
from services.phases.launch_file_entries import (
    EntryPath,
    FileChange,
    FileKind,
    FlagEntry,
    PhaseEntry,
    change_of,
    is_same,
    readable,
)
from services.phases.launch_file_flags import put_flags
from services.phases.phases import FlagLink, PhaseDraft, PhasePatch

MAX_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class LaunchFile:
    """Flags and phases, in the order of the file; an error for each that cannot be read."""

    flags: Sequence[FlagEntry | LaunchError] = ()
    phases: Sequence[PhaseEntry | LaunchError] = ()


@dataclass(frozen=True, slots=True)
class FilePlan:
    """The changes of applying a file, and the fingerprint that the application must match."""

    hash: str
    changes: Sequence[FileChange]


class _DryRunDone(Exception):
    """Rolls back the transaction of a dry run."""


def check_rights(actor: Actor, file: LaunchFile, scope: Scope) -> None:
    """Raise Forbidden where a file has flags and the caller lacks the scope for them."""
    if file.flags and not actor.allows((scope,)):
        raise Forbidden(f"A file with flags needs the scope {scope.value}.", path=("file", "flags"))


async def plan(db: Database, actor: Actor, file: LaunchFile, channels: Collection[str]) -> FilePlan:
    """Apply a file and roll back, so that every plan can also be applied.

    Raises all problems of the file at once, each at its field.
    """
    changes: list[FileChange] = []
    try:
        async with db.write() as uow:
            changes = await _make_changes(uow, actor, file, None, channels)
            raise _DryRunDone
    except _DryRunDone:
        return FilePlan(fingerprint(_fingerprint_parts(changes)), changes)


async def apply(
    uow: UnitOfWork,
    actor: Actor,
    file: LaunchFile,
    plan_hash: str,
    *,
    reason: str | None,
    channels: Collection[str],
) -> FilePlan:
    """Make all changes or none; raises PlanDrift where they differ from those of the plan."""
    changes = await _make_changes(uow, actor, file, reason, channels)
    parts = _fingerprint_parts(changes)
    if fingerprint(parts) != plan_hash:
        raise PlanDrift(path=("planHash",), changed=drift(plan_hash, parts))
    return FilePlan(plan_hash, changes)


async def _make_changes(
    uow: UnitOfWork,
    actor: Actor,
    file: LaunchFile,
    reason: str | None,
    channels: Collection[str],
) -> list[FileChange]:
    """Create and change flags, then phases, which refer to them. Nothing is ever removed."""
    _check_size("flags", len(file.flags))
    _check_size("phases", len(file.phases))
    problems, phase_keys = Collector(), set[str]()
    changes: list[FileChange | None] = [*await put_flags(uow, actor, file.flags, reason, problems)]
    for index, phase in enumerate(file.phases):
        with problems, EntryPath("phases", index):
            entry = readable(phase, phase_keys)
            changes.append(await _put_phase(uow, actor, entry, reason, channels))
    problems.raise_all()
    return [change for change in changes if change is not None]


def _check_size(name: str, count: int) -> None:
    if count > MAX_ENTRIES:
        raise Invalid(f"At most {MAX_ENTRIES} {name} in a file.", path=("file", name))


async def _put_phase(
    uow: UnitOfWork,
    actor: Actor,
    entry: PhaseEntry,
    reason: str | None,
    channels: Collection[str],
) -> FileChange | None:
    row = await queries.by_key(uow.session, entry.key)
    desired = cast("dict[str, Any]", entry.patch)
    if row is None:
        fields = {"name": "", **desired}
        await phases.create(uow, actor, PhaseDraft(key=entry.key, **fields), channels=channels)
        return change_of(FileKind.PHASE, entry.key, 0, None, desired)
    now, version = await _phase_fields(uow, row), row.version
    changed = {name: value for name, value in desired.items() if not is_same(now[name], value)}
    if not changed:
        return None
    patch = cast("PhasePatch", dict(changed))
    await phases.update(uow, actor, row.id, patch, reason=reason, channels=channels)
    return change_of(FileKind.PHASE, entry.key, version, now, changed)


async def _phase_fields(uow: UnitOfWork, row: LaunchPhase) -> dict[str, Any]:
    links = (await queries.linked_flags(uow.session, [row.id]))[row.id]
    return {
        "name": row.phase_name,
        "description": row.description,
        "position": row.position,
        "platforms": [Platform(item) for item in row.platforms],
        "planned_start_at": row.planned_start_at,
        "planned_end_at": row.planned_end_at,
        "steps": steps_of(row.steps),
        "criteria": criteria_of(row.success_criteria),
        "rollback_plan": plan_of(row.rollback_plan),
        "cohort": row.cohort_salt is not None,
        "flags": [FlagLink(item.flag.key, item.link_target, item.position) for item in links],
    }


def _fingerprint_parts(changes: Sequence[FileChange]) -> dict[str, object]:
    return {f"{item.kind} {item.key}": (item.version, item.fields) for item in changes}
