"""A launch as a file: what applying it would change, and doing it in one transaction (A52; L27)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

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
    """What an entry of a file is."""

    FLAG = "flag"
    PHASE = "phase"


@dataclass(frozen=True, slots=True)
class FlagEntry:
    """A flag of a file: what it does not name stays."""

    key: str
    patch: FlagPatch


@dataclass(frozen=True, slots=True)
class PhaseEntry:
    """A phase of a file: what it does not name stays."""

    key: str
    patch: PhasePatch


@dataclass(frozen=True, slots=True)
class LaunchFile:
    """Flags and phases, in the order of the file."""

    flags: Sequence[FlagEntry] = ()
    phases: Sequence[PhaseEntry] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """One thing to make or to change. `fields` has each value before and after, as JSON."""

    kind: FileKind
    key: str
    is_new: bool
    version: int
    fields: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What applying a file would change, and the fingerprint that binds an application to it."""

    hash: str
    changes: Sequence[FileChange]


class _Undo(Exception):
    """Ends the transaction of a dry run."""


def check_rights(actor: Actor, file: LaunchFile, scope: Scope) -> None:
    """Raises Forbidden where a file has flags and the caller may do nothing about flags."""
    if file.flags and not actor.allows((scope,)):
        raise Forbidden(f"A file with flags needs the scope {scope.value}.", path=("file", "flags"))


async def plan(db: Database, actor: Actor, file: LaunchFile, channels: Collection[str]) -> FilePlan:
    """Apply a file and undo it: what can be planned can be applied.

    Raises all that is wrong with it at once, each at its field.
    """
    changes: list[FileChange] = []
    try:
        async with db.write() as uow:
            changes = await _carry_out(uow, actor, file, None, channels)
            raise _Undo
    except _Undo:
        return FilePlan(fingerprint(_parts(changes)), changes)


async def apply(
    uow: UnitOfWork,
    actor: Actor,
    file: LaunchFile,
    plan_hash: str,
    *,
    reason: str | None,
    channels: Collection[str],
) -> FilePlan:
    """Make all changes or none; raises PlanDrift where they are not those of the plan."""
    changes = await _carry_out(uow, actor, file, reason, channels)
    parts = _parts(changes)
    if fingerprint(parts) != plan_hash:
        raise PlanDrift(path=("planHash",), changed=drift(plan_hash, parts))
    return FilePlan(plan_hash, changes)


async def _carry_out(
    uow: UnitOfWork,
    actor: Actor,
    file: LaunchFile,
    reason: str | None,
    channels: Collection[str],
) -> list[FileChange]:
    """Flags first: phases refer to them. Nothing is ever removed."""
    _check_keys("flags", [entry.key for entry in file.flags])
    _check_keys("phases", [entry.key for entry in file.phases])
    done: list[FileChange | None] = []
    problems = Collector()
    for index, entry in enumerate(file.flags):
        with problems, _At("flags", index):
            done.append(await _put_flag(uow, actor, entry, reason))
    for index, item in enumerate(file.phases):
        with problems, _At("phases", index):
            done.append(await _put_phase(uow, actor, item, reason, channels))
    problems.raise_all()
    return [change for change in done if change is not None]


def _check_keys(name: str, keys: Sequence[str]) -> None:
    if len(keys) > MAX_ENTRIES:
        raise Invalid(f"At most {MAX_ENTRIES} {name} in a file.", path=("file", name))
    for index, key in enumerate(keys):
        if key in keys[:index]:
            message = f"{key[:100]} is there twice."
            raise Invalid(message, path=("file", name, str(index), "key"))


class _At:
    """Says where in the file something is wrong."""

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
    wanted = cast("dict[str, Any]", entry.patch)
    if flag is None:
        made = {"name": "", **wanted}
        await flags.create(uow, actor, FlagDraft(key=entry.key, reason=reason, **made))
        return _change(FileKind.FLAG, entry.key, 0, None, wanted)
    now = _flag_fields(flag)
    patch = {name: value for name, value in wanted.items() if not _same(now[name], value)}
    if not patch:
        return None
    if "enabled" in patch and "rollout_percentage" in wanted:
        # 0 % beside `enabled: true` is a choice and no default (L10).
        patch["rollout_percentage"] = wanted["rollout_percentage"]
    of_file = not patch.keys().isdisjoint(_IN_FORCE)
    done = await flags.update(
        uow, actor, entry.key, cast("FlagPatch", patch), reason=reason, of_file=of_file
    )
    after = _flag_fields(done.flag)
    moved = {name: value for name, value in after.items() if not _same(now[name], value)}
    return _change(FileKind.FLAG, entry.key, flag.version, now, moved) if moved else None


async def _put_phase(
    uow: UnitOfWork,
    actor: Actor,
    entry: PhaseEntry,
    reason: str | None,
    channels: Collection[str],
) -> FileChange | None:
    row = await queries.by_key(uow.session, entry.key)
    wanted = cast("dict[str, Any]", entry.patch)
    if row is None:
        made = {"name": "", **wanted}
        await phases.create(uow, actor, PhaseDraft(key=entry.key, **made), channels=channels)
        return _change(FileKind.PHASE, entry.key, 0, None, wanted)
    now, version = await _phase_fields(uow, row), row.version
    moved = {name: value for name, value in wanted.items() if not _same(now[name], value)}
    if not moved:
        return None
    patch = cast("PhasePatch", dict(moved))
    await phases.update(uow, actor, row.id, patch, reason=reason, channels=channels)
    return _change(FileKind.PHASE, entry.key, version, now, moved)


_IN_FORCE = frozenset({"enabled", "rollout_percentage"})


def _flag_fields(flag: Flag) -> dict[str, Any]:
    """What its owner set: a file never holds what a run makes of it (D1)."""
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


def _same(have: object, want: object) -> bool:
    if isinstance(have, list | tuple) and isinstance(want, list | tuple):
        return list(have) == list(want)
    return have == want


def _change(
    kind: FileKind, key: str, version: int, now: Mapping[str, Any] | None, moved: Mapping[str, Any]
) -> FileChange:
    fields = {
        _NAMES.get(name, _camel(name)): (None if now is None else _json(now[name]), _json(value))
        for name, value in moved.items()
    }
    return FileChange(kind, key, now is None, version, fields)


def _parts(changes: Sequence[FileChange]) -> dict[str, object]:
    return {f"{item.kind} {item.key}": (item.version, item.fields) for item in changes}


_NAMES = {"criteria": "successCriteria"}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _json(value: object) -> object:
    """In the words of the graph."""
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel(name): _json(part) for name, part in asdict(value).items()}
    if isinstance(value, list | tuple):
        return [_json(part) for part in value]
    if isinstance(value, StrEnum):
        return value.name
    return value.isoformat() if isinstance(value, datetime) else value
