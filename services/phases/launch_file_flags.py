"""Creates and changes the flags of a launch file in few statements: it may have hundreds (A52)."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from db.models.flags import FeatureFlag
from db.queries import flags as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Collector, LaunchError
from domain.flags.flags import KEY_PATTERN, Flag
from services.flags import flags
from services.flags.flags import FlagDraft, FlagPatch
from services.phases.launch_file_entries import (
    EntryPath,
    FileChange,
    FileKind,
    FlagEntry,
    change_of,
    is_same,
    readable,
)

_ROLLOUT_FIELDS = frozenset({"enabled", "rollout_percentage"})


async def put_flags(
    uow: UnitOfWork,
    actor: Actor,
    entries: Sequence[FlagEntry | LaunchError],
    reason: str | None,
    problems: Collector,
) -> list[FileChange]:
    """Create and change flags; returns the changes in the order of the file."""
    file_keys = [entry.key for entry in entries if isinstance(entry, FlagEntry)]
    keys = [key for key in file_keys if KEY_PATTERN.fullmatch(key)]
    current = await queries.by_key(uow.session, keys)
    new: list[dict[str, Any]] = []
    patches: dict[int, tuple[Flag, FlagPatch]] = {}
    changes: dict[int, FileChange] = {}
    seen_keys: set[str] = set()
    for index, item in enumerate(entries):
        with problems, EntryPath("flags", index):
            entry = readable(item, seen_keys)
            flag, desired = current.get(entry.key), cast("dict[str, Any]", entry.patch)
            if flag is None:
                draft = FlagDraft(key=entry.key, reason=reason, **{"name": "", **desired})
                new.append(flags.new_values(draft))
                changes[index] = change_of(FileKind.FLAG, entry.key, 0, None, desired)
            elif patch := _patch(flag, desired):
                patches[index] = (flag, patch)
    locked: Mapping[str, FeatureFlag] = {}
    if patches:  # before anything is written: the file changes what others changed meanwhile
        locked = await queries.lock(uow.session, [flag.key for flag, _ in patches.values()])
        uow.refresh_now()
    await flags.create_all(uow, actor, new, reason=reason)
    for index, (flag, patch) in patches.items():
        with problems, EntryPath("flags", index):
            change = await _update(uow, actor, locked, flag, patch, reason)
            if change is not None:
                changes[index] = change
    await uow.session.flush()  # a plan finds what the database refuses
    return [changes[index] for index in sorted(changes)]


def _patch(flag: Flag, desired: Mapping[str, Any]) -> FlagPatch:
    """Return the fields that the file changes; empty if it changes nothing."""
    now = _fields(flag)
    patch = {name: value for name, value in desired.items() if not is_same(now[name], value)}
    if "enabled" in patch and "rollout_percentage" in desired:
        # 0 % beside `enabled: true` is a choice and no default (L10).
        patch["rollout_percentage"] = desired["rollout_percentage"]
    return cast("FlagPatch", patch)


async def _update(
    uow: UnitOfWork,
    actor: Actor,
    locked: Mapping[str, FeatureFlag],
    flag: Flag,
    patch: FlagPatch,
    reason: str | None,
) -> FileChange | None:
    row = locked.get(flag.key)
    if row is None:
        raise flags.flag_not_found(flag.key)
    of_file = not patch.keys().isdisjoint(_ROLLOUT_FIELDS)
    updated, _ = await flags.apply_patch(uow, actor, row, patch, reason=reason, of_file=of_file)
    now, after = _fields(flag), _fields(updated)
    changed = {name: value for name, value in after.items() if not is_same(now[name], value)}
    return change_of(FileKind.FLAG, flag.key, flag.version, now, changed) if changed else None


def _fields(flag: Flag) -> dict[str, Any]:
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
