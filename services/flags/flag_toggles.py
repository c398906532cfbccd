"""Switches one flag on or off: the most frequent and most urgent change of a launch (S23)."""

from dataclasses import replace

from db.drafts import Draft
from db.flag_transactions import FlagTransaction
from db.models.events import Change
from domain.actors import Actor
from domain.errors import Invalid, NotFound
from domain.flags.flags import Flag
from domain.flags.owner_edits import OwnerEdit, edit_parts
from domain.ids import parse_uuid
from domain.platform.change_actions import ChangeAction
from services.flags.flag_changes import build_audit, build_event, is_same
from services.flags.flags import FlagResult, flag_not_found
from services.platform import idempotency
from services.platform.idempotency import KEY_PATH
from services.platform.versions import conflict


async def toggle(
    work: FlagTransaction,
    actor: Actor,
    key: str,
    *,
    enabled: bool,
    reason: str | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> FlagResult:
    """Set a flag to the given state; repeating it changes nothing (S23)."""
    reservation = await idempotency.reserve(
        work, actor, "toggleFeatureFlag", idempotency_key, (key, enabled)
    )
    if reservation.result is not None:
        return await _replay_result(work, reservation.result)
    before = await _lock_flag(work, key, expected_version)
    hold = before.wanted.hold
    parts, warnings = edit_parts(
        before.wanted,
        OwnerEdit(by=actor.label, enabled=enabled, reason=reason),
        is_live=await work.is_live(hold.run_id if hold else None),
        groups=before.target_groups,
    )
    in_force = parts.in_force
    after = replace(
        before, parts=parts, enabled=in_force.enabled, rollout_percentage=in_force.percentage
    )
    action = ChangeAction.SWITCHED_ON if enabled else ChangeAction.SWITCHED_OFF
    flag, change = await _save(work, actor, before, after, action, reason)
    await idempotency.complete(
        work, reservation, flag_id=flag.id, change_id=change.id if change else ""
    )
    return FlagResult(flag, warnings, change)


async def _save(
    work: FlagTransaction, actor: Actor, before: Flag, after: Flag, action: str, reason: str | None
) -> tuple[Flag, Change | None]:
    if is_same(before, after):
        return after, await work.save(before, after, None)
    after = replace(after, version=before.version + 1, updated_at=work.now)
    audit = build_audit(before, after, reason)
    draft = Draft(actor, build_event(before, after, action, audit), audit)
    return after, await work.save(before, after, draft)


async def _lock_flag(work: FlagTransaction, key: str, expected_version: int | None) -> Flag:
    flag = await work.lock(key)
    if flag is None:
        raise flag_not_found(key)
    if expected_version is not None and expected_version != flag.version:
        raise conflict(await work.newest_change(flag.id), flag.version, flag.updated_at)
    return flag


async def _replay_result(work: FlagTransaction, result: dict[str, object]) -> FlagResult:
    flag_id = parse_uuid(str(result.get("flag_id", "")))
    if flag_id is None:
        raise Invalid("The first request with this key is still running.", path=KEY_PATH)
    flag = await work.flag(flag_id)
    if flag is None:
        raise NotFound("The flag of that request no longer exists.", path=KEY_PATH)
    change_id = parse_uuid(str(result.get("change_id", "")))
    return FlagResult(flag, [], await work.change(change_id) if change_id else None)
