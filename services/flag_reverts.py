"""Undo one change of a flag (SPEC X8)."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.queries import changes as change_queries
from db.queries import flags as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import InvalidTransition, NotFound, VersionConflict
from domain.events import Subject
from domain.reverts import is_revertible, moved_fields, reverted
from services.flag_changes import change_flag, write_state
from services.flags import FlagResult
from services.texts import check_text


async def revert(uow: UnitOfWork, actor: Actor, change_id: UUID, reason: str) -> FlagResult:
    """Put back what a change moved, as a new change.

    Raises NotFound, InvalidTransition where it moved nothing that can be put back, and
    VersionConflict naming who changed the same again since.
    """
    check_text(reason, "reason", 2_000, required=True)
    change = (await change_queries.by_id(uow.session, [change_id])).get(change_id)
    if change is None:
        raise NotFound("There is no such change.", path=_PATH)
    if change.subject_kind is not Subject.FLAG or not moved_fields(change.before, change.after):
        raise InvalidTransition(_NOTHING)
    row = await queries.lock_by_id(uow.session, change.subject_id)
    if row is None:
        raise NotFound("The flag of this change is gone.", path=_PATH)
    state = queries.flag_of(row).state
    assert change.before is not None
    assert change.after is not None
    if not is_revertible(change.before, change.after, state):
        newest = await change_queries.newest(uow.session, row.id)
        raise VersionConflict(
            current_version=row.version,
            changed_at=newest.at if newest else row.updated_at,
            changed_by=change_queries.actor_of(newest) if newest else None,
        )
    edit = partial(write_state, state=reverted(change.before, change.after, state))
    flag = change_flag(
        uow, actor, row, edit, action="reverted", reason=reason, run_id=change.run_id
    )
    written = await uow.write_events()
    done = await change_queries.of_event(uow.session, written[-1].seq) if written else None
    return FlagResult(flag, [], done)


async def revertible(session: AsyncSession, changes: Sequence[Change]) -> Mapping[Change, bool]:
    """Which of these changes could be undone now."""
    moved = [
        change
        for change in changes
        if change.subject_kind is Subject.FLAG and moved_fields(change.before, change.after)
    ]
    flags = await queries.by_id(session, list({change.subject_id for change in moved}))
    return {
        change: is_revertible(change.before, change.after, flags[change.subject_id].state)
        for change in moved
        if change.subject_id in flags
    }


_PATH = ("changeId",)
_NOTHING = "This change moved nothing of a flag that could be put back."
