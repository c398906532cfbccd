"""Plans and applies a launch file: flags and phases in one transaction (A52; L27)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from db.codecs import criteria_of, plan_of, steps_of
from db.models.phases import LaunchPhase
from db.queries import flags as flag_queries
from db.queries import phases as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, Scope
from domain.errors import Collector, Forbidden, Invalid, LaunchError, PlanDrift, parts_of
from domain.flags.flags import Flag
from domain.phases.plan_drift import drift, fingerprint
from domain.platform.platforms import Platform
from services.flags import flags
from services.flags.flags import FlagDraft, FlagPatch
from services.phases import phases
from services.phases.phases import FlagLink, PhaseDraft, PhasePatch

MAX_ENTRIES = 500


class FileKind(StrEnum):
    """The kind of an entry in a file."""

    FLAG = "flag"
    PHASE = "phase"


@dataclass(frozen=True, slots=True)
class FlagEntry:
    """A flag in a file; fields that it does not name stay as they are."""

    key: str
    patch: FlagPatch


@dataclass(frozen=True, slots=True)
class PhaseEntry:
    """A phase in a file; fields that it does not name stay as they are."""

    key: str
    patch: PhasePatch


Entry = TypeVar("Entry", FlagEntry, PhaseEntry)


@dataclass(frozen=True, slots=True)
class LaunchFile:
    """Flags and phases, in the order of the file; an error for each that cannot be read."""

    flags: Sequence[FlagEntry | LaunchError] = ()
    phases: Sequence[PhaseEntry | LaunchError] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """A flag or phase to create or change. `fields` has each value before and after, as JSON."""

    kind: FileKind
    key: str
    is_new: bool
    version: int
    fields: Mapping[str, tuple[object, object]]


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
    changes: list[FileChange | None] = []
    problems, flag_keys, phase_keys = Collector(), set[str](), set[str]()
    for index, flag in enumerate(file.flags):
        with problems, _EntryPath("flags", index):
            changes.append(await _put_flag(uow, actor, _readable(flag, flag_keys), reason))
    for index, phase in enumerate(file.phases):
        with problems, _EntryPath("phases", index):
            entry = _readable(phase, phase_keys)
            changes.append(await _put_phase(uow, actor, entry, reason, channels))
    problems.raise_all()
    return [change for change in changes if change is not None]


def _check_size(name: str, count: int) -> None:
    if count > MAX_ENTRIES:
        raise Invalid(f"At most {MAX_ENTRIES} {name} in a file.", path=("file", name))


def _readable(entry: Entry | LaunchError, keys: set[str]) -> Entry:
    """Return an entry and note its key; raises what is wrong with the entry itself."""
    if isinstance(entry, LaunchError):
        raise entry
    if entry.key in keys:
        raise Invalid(f"{entry.key[:100]} is listed twice.", path=("input", "key"))
    keys.add(entry.key)
    return entry


class _EntryPath:
    """Prefixes the path of an error with its place in the file."""

    def __init__(self, name: str, index: int) -> None:
        self._path = ("file", name, str(index))

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, LaunchError):
            for part in parts_of(error):
                part.path = (*self._path, *part.path[1:])


async def _put_flag(
    uow: UnitOfWork, actor: Actor, entry: FlagEntry, reason: str | None
) -> FileChange | None:
    flag = (await flag_queries.by_key(uow.session, [entry.key])).get(entry.key)
    desired = cast("dict[str, Any]", entry.patch)
    if flag is None:
        fields = {"name": "", **desired}
        await flags.create(uow, actor, FlagDraft(key=entry.key, reason=reason, **fields))
        return _change(FileKind.FLAG, entry.key, 0, None, desired)
    now = _flag_fields(flag)
    patch = {name: value for name, value in desired.items() if not _is_same(now[name], value)}
    if not patch:
        return None
    if "enabled" in patch and "rollout_percentage" in desired:
        # 0 % beside `enabled: true` is a choice and no default (L10).
        patch["rollout_percentage"] = desired["rollout_percentage"]
    of_file = not patch.keys().isdisjoint(_ROLLOUT_FIELDS)
    done = await flags.update(
        uow, actor, entry.key, cast("FlagPatch", patch), reason=reason, of_file=of_file
    )
    after = _flag_fields(done.flag)
    changed = {name: value for name, value in after.items() if not _is_same(now[name], value)}
    return _change(FileKind.FLAG, entry.key, flag.version, now, changed) if changed else None


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
        return _change(FileKind.PHASE, entry.key, 0, None, desired)
    now, version = await _phase_fields(uow, row), row.version
    changed = {name: value for name, value in desired.items() if not _is_same(now[name], value)}
    if not changed:
        return None
    patch = cast("PhasePatch", dict(changed))
    await phases.update(uow, actor, row.id, patch, reason=reason, channels=channels)
    return _change(FileKind.PHASE, entry.key, version, now, changed)


_ROLLOUT_FIELDS = frozenset({"enabled", "rollout_percentage"})


def _flag_fields(flag: Flag) -> dict[str, Any]:
    """Return the values that its owner set; a file never contains those of a run (D1)."""
    owner = flag.wanted.owner
    return {
        "name": flag.name,
        "description": flag.description,
        "enabled": owner.enabled,
        "rollout_percentage": owner.percentage,
        "target_groups": flag.target_groups,
        "bucket_by": flag.bucket_by,
        "client_visible": flag.client_visible,
    }


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


def _is_same(current: object, desired: object) -> bool:
    if isinstance(current, list | tuple) and isinstance(desired, list | tuple):
        return list(current) == list(desired)
    return current == desired


def _change(
    kind: FileKind,
    key: str,
    version: int,
    now: Mapping[str, Any] | None,
    changed: Mapping[str, Any],
) -> FileChange:
    fields = {
        _NAMES.get(name, _camel_case(name)): (
            None if now is None else _json(now[name]),
            _json(value),
        )
        for name, value in changed.items()
    }
    return FileChange(kind, key, now is None, version, fields)


def _fingerprint_parts(changes: Sequence[FileChange]) -> dict[str, object]:
    return {f"{item.kind} {item.key}": (item.version, item.fields) for item in changes}


_NAMES = {"criteria": "successCriteria"}


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _json(value: object) -> object:
    """Convert a value to JSON with the names of the GraphQL schema."""
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel_case(name): _json(part) for name, part in asdict(value).items()}
    if isinstance(value, list | tuple):
        return [_json(part) for part in value]
    if isinstance(value, StrEnum):
        return value.name
    return value.isoformat() if isinstance(value, datetime) else value
