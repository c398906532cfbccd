"""Reverts one change of a flag (X8)."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.models.flags import FeatureFlag
from db.queries import changes as change_queries
from db.queries import flags as queries
from db.queries import phases as phase_queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import InvalidTransition, NotFound, VersionConflict
from domain.events import Subject
from domain.flags.reverts import is_revertible, moved_fields, reverted, reverted_groups
from domain.flags.run_holds import FlagParts
from domain.platform.change_actions import ChangeAction
from services.flags.flag_changes import change_flag
from services.flags.flags import FlagResult
from services.platform.texts import MAX_REASON, check_text


async def revert(uow: UnitOfWork, actor: Actor, change_id: UUID, reason: str) -> FlagResult:
    """Restore the fields that a change modified, as a new change.

    Raises NotFound, InvalidTransition where nothing can be restored, and VersionConflict naming
    who has changed the same fields since.
    """
    check_text(reason, "reason", MAX_REASON, required=True, argument=True)
    change = (await change_queries.by_id(uow.session, [change_id])).get(change_id)
    if change is None:
        raise NotFound("There is no such change.", path=_PATH)
    if change.subject_kind is not Subject.FLAG or not moved_fields(change.before, change.after):
        raise InvalidTransition(_NOTHING, path=_PATH)
    row = await queries.lock_by_id(uow.session, change.subject_id)
    uow.refresh_now()
    if row is None:
        raise NotFound("The flag of this change no longer exists.", path=_PATH)
    current = queries.flag_of(row)
    assert change.before is not None
    assert change.after is not None
    if not is_revertible(change.before, change.after, current, change.action):
        raise await _conflict(uow, change, row)
    is_live = await phase_queries.is_live(uow.session, row.run_id)
    flag = change_flag(
        uow,
        actor,
        row,
        partial(
            _put_back,
            parts=reverted(change.before, change.after, current, is_live=is_live),
            groups=reverted_groups(change.before, change.after, current),
        ),
        action=ChangeAction.REVERTED,
        reason=reason,
        run_id=change.run_id,
        reverts_id=change.id,
    )
    written = await uow.write_events()
    done = await change_queries.of_event(uow.session, written[-1].id) if written else None
    return FlagResult(flag, [], done)


async def revertible(session: AsyncSession, changes: Sequence[Change]) -> Mapping[Change, bool]:
    """Return which of these changes could be reverted now."""
    moved = [
        change
        for change in changes
        if change.subject_kind is Subject.FLAG and moved_fields(change.before, change.after)
    ]
    flags = await queries.by_id(session, list({change.subject_id for change in moved}))
    return {
        change: is_revertible(change.before, change.after, flags[change.subject_id], change.action)
        for change in moved
        if change.subject_id in flags
    }


def _put_back(row: FeatureFlag, parts: FlagParts, groups: list[str]) -> None:
    queries.write_parts(row, parts)
    row.target_groups = list(groups)


async def _conflict(uow: UnitOfWork, change: Change, row: FeatureFlag) -> VersionConflict:
    """Build the conflict: who changed the same fields since, and when.

    A change made directly in the database has no author.
    """
    fields = moved_fields(change.before, change.after)
    later = await change_queries.since(uow.session, change)
    same = (item for item in later if set(fields) & set(moved_fields(item.before, item.after)))
    last = next(same, None)
    at = last.at if last else row.updated_at
    who = f"{last.actor_label} ({last.action})" if last else "somebody"
    return VersionConflict(
        current_version=row.version,
        changed_at=at,
        changed_by=change_queries.actor_of(last) if last else None,
        message=f"{row.flag_key} was changed again by {who} at {at:%Y-%m-%d %H:%M:%S} UTC.",
        path=_PATH,
    )


_PATH = ("changeId",)
_NOTHING = "This change modified nothing of a flag that could be restored."
