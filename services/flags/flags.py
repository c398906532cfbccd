"""Feature flags: create, change, switch, list, explain (S2, S21 to S24, A4, A5, A22)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.models.flags import FeatureFlag
from db.queries import changes as change_queries
from db.queries import flags as queries
from db.queries import phases as phase_queries
from db.session import UnitOfWork
from db.unique import unique
from domain.actors import Actor
from domain.errors import Collector, Invalid, NotFound, NotUnique
from domain.flags.flags import BucketBy, Flag, parse_groups, parse_key
from domain.flags.owner_edits import WIDENED, OwnerEdit, edit_parts, zero_means_everybody
from domain.flags.run_holds import FlagParts, FlagValues
from domain.ids import parse_uuid
from domain.platform.change_actions import ChangeAction
from domain.platform.percent import EVERYBODY, NOBODY, Percent
from services.flags.flag_changes import change_flag, record_created_flag
from services.platform import idempotency
from services.platform.idempotency import KEY_PATH, Reservation
from services.platform.texts import check_text, line
from services.platform.versions import check_version


class FlagPatch(TypedDict, total=False):
    """The fields of a flag that an update gives; absent ones stay as they are."""

    name: str
    description: str | None
    enabled: bool
    rollout_percentage: Percent
    target_groups: Sequence[str]
    bucket_by: BucketBy
    client_visible: bool
    override: bool


@dataclass(frozen=True, slots=True)
class FlagDraft:
    """A flag to be made."""

    key: str
    name: str
    description: str | None = None
    enabled: bool = False
    rollout_percentage: Percent | None = None
    target_groups: Sequence[str] = ()
    bucket_by: BucketBy = BucketBy.USER
    client_visible: bool = True
    reason: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class FlagResult:
    """A flag after a mutation; with the change that was recorded, if there was one."""

    flag: Flag
    warnings: list[str] = field(default_factory=list)
    change: Change | None = None


async def create(uow: UnitOfWork, actor: Actor, draft: FlagDraft) -> FlagResult:
    """Make a flag; raises NotUnique where the key is taken (S22, decision 1)."""
    reservation = await idempotency.reserve(
        uow, actor, "createFeatureFlag", draft.idempotency_key, draft
    )
    if reservation.result is not None:
        return await _replay_result(uow, reservation.result)
    row = FeatureFlag(**new_values(draft))
    taken = NotUnique(f"There is a flag {draft.key} already.", path=("input", "key"))
    async with unique(uow.session, taken):
        uow.session.add(row)
    await uow.session.refresh(row)
    flag = record_created_flag(uow, actor, row, reason=draft.reason)
    widened = draft.enabled and draft.rollout_percentage is None
    warnings = [WIDENED] if widened and flag.rollout_percentage == EVERYBODY else []
    return await _complete(uow, reservation, flag, warnings)


async def create_all(
    uow: UnitOfWork, actor: Actor, new: Sequence[dict[str, Any]], *, reason: str | None
) -> None:
    """Make flags of `new_values` with one statement; raises NotUnique if one was just made."""
    taken = NotUnique("One of the flags was created at the same moment.", path=("file", "flags"))
    async with unique(uow.session, taken):
        rows = await queries.insert_all(uow.session, new)
    for row in rows:
        record_created_flag(uow, actor, row, reason=reason)


async def update(
    uow: UnitOfWork,
    actor: Actor,
    key: str,
    patch: FlagPatch,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
    of_file: bool = False,
) -> FlagResult:
    """Change the fields that are given; raises NotFound and VersionConflict (S22, A5).

    `of_file`: they are the owner's values as a file states them.
    """
    row = await lock_flag(uow, key, expected_version)
    flag, warnings = await apply_patch(uow, actor, row, patch, reason=reason, of_file=of_file)
    return FlagResult(flag, warnings, await written_change(uow, flag.id))


async def apply_patch(
    uow: UnitOfWork,
    actor: Actor,
    row: FeatureFlag,
    patch: FlagPatch,
    *,
    reason: str | None,
    of_file: bool,
) -> tuple[Flag, list[str]]:
    """Change a locked row and record it; returns the flag with warnings. See `update`."""
    check_patch(patch)
    parts, warnings = await edited_parts(
        uow.session, queries.flag_of(row), patch, actor, reason, of_file=of_file
    )
    flag = change_flag(
        uow,
        actor,
        row,
        lambda target: _apply(target, patch, parts),
        action=ChangeAction.UPDATED,
        reason=reason,
    )
    return flag, warnings


def check_patch(patch: FlagPatch) -> None:
    """Bring the texts of a patch into their form; raises all that is wrong with them."""
    problems = Collector()
    with problems:
        if "name" in patch:
            patch["name"] = line(patch["name"], "name", 200)
    with problems:
        check_text(patch.get("description"), "description", 5_000)
    with problems:
        if "target_groups" in patch:
            patch["target_groups"] = parse_groups(patch["target_groups"])
    problems.raise_all()


async def edited_parts(
    session: AsyncSession,
    flag: Flag,
    patch: FlagPatch,
    actor: Actor,
    reason: str | None,
    *,
    of_file: bool = False,
) -> tuple[FlagParts, list[str]]:
    """What the patch makes of the owner's values and of what a run holds (D1), with warnings."""
    parts = flag.wanted
    edit = OwnerEdit(
        by=actor.label,
        enabled=patch.get("enabled"),
        percentage=patch.get("rollout_percentage"),
        override=patch.get("override", False),
        of_file=of_file,
        reason=reason,
    )
    is_live = await phase_queries.is_live(session, parts.hold.run_id if parts.hold else None)
    groups = patch.get("target_groups", flag.target_groups)
    return edit_parts(parts, edit, is_live=is_live, groups=[str(group) for group in groups])


def _apply(row: FeatureFlag, patch: FlagPatch, parts: FlagParts) -> None:
    queries.write_parts(row, parts)
    row.flag_name = patch.get("name", row.flag_name)
    row.description = patch.get("description", row.description)
    if "target_groups" in patch:
        row.target_groups = list(patch["target_groups"])
    row.bucket_by = patch.get("bucket_by", row.bucket_by)
    row.client_visible = patch.get("client_visible", row.client_visible)


def new_values(draft: FlagDraft) -> dict[str, Any]:
    """Return the columns of a new row; raises all that is wrong with the draft."""
    problems = Collector()
    with problems:
        parse_key(draft.key)
    with problems:
        line(draft.name, "name", 200)
    with problems:
        check_text(draft.description, "description", 5_000)
    with problems:
        parse_groups(draft.target_groups)
    problems.raise_all()
    groups = parse_groups(draft.target_groups)
    percentage = draft.rollout_percentage
    if percentage is None:
        nothing = FlagParts(FlagValues(enabled=False, percentage=NOBODY))
        widens = draft.enabled and zero_means_everybody(nothing, groups)
        percentage = EVERYBODY if widens else NOBODY
    return {
        "flag_key": parse_key(draft.key),
        "flag_name": line(draft.name, "name", 200),
        "description": draft.description,
        "enabled": draft.enabled,
        "rollout_percentage": percentage,
        "zero_chosen": draft.rollout_percentage == NOBODY,
        "target_groups": list(groups),
        "bucket_by": draft.bucket_by,
        "client_visible": draft.client_visible,
        "salt": draft.key,
    }


def flag_not_found(key: str, path: tuple[str, ...] = ("input", "key")) -> NotFound:
    """What is said of a key that no flag has."""
    return NotFound(f"There is no flag {key[:100]!r}.", path=path)


async def lock_flag(
    uow: UnitOfWork,
    key: str,
    expected_version: int | None,
    *,
    path: tuple[str, ...] = ("input", "key"),
) -> FeatureFlag:
    """The flag to change, locked; raises NotFound and VersionConflict."""
    row = (await queries.lock(uow.session, [key])).get(key)
    uow.refresh_now()
    if row is None:
        raise flag_not_found(key, path)
    await check_version(
        uow.session,
        expected_version,
        current=row.version,
        subject_id=row.id,
        changed_at=row.updated_at,
    )
    return row


async def written_change(uow: UnitOfWork, flag_id: UUID) -> Change | None:
    """The change that this unit of work records; writes the events now to have its id."""
    written = await uow.write_events()
    ids = [item.id for item in written if item.event.subject_id == flag_id]
    return await change_queries.of_event(uow.session, ids[-1]) if ids else None


async def _complete(
    uow: UnitOfWork, reservation: Reservation, flag: Flag, warnings: list[str]
) -> FlagResult:
    change = await written_change(uow, flag.id)
    await idempotency.complete(
        uow, reservation, flag_id=flag.id, change_id=change.id if change else ""
    )
    return FlagResult(flag, warnings, change)


async def _replay_result(uow: UnitOfWork, result: dict[str, object]) -> FlagResult:
    flag_id = parse_uuid(str(result.get("flag_id", "")))
    if flag_id is None:
        raise Invalid("The first request with this key is still running.", path=KEY_PATH)
    flag = (await queries.by_id(uow.session, [flag_id])).get(flag_id)
    if flag is None:
        raise NotFound("The flag of that request is gone.", path=KEY_PATH)
    change_id = parse_uuid(str(result.get("change_id", "")))
    changes = await change_queries.by_id(uow.session, [change_id] if change_id else [])
    return FlagResult(flag, [], changes.get(change_id) if change_id else None)
