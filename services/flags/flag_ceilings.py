"""Lifts the limit that a person has set on a flag during a run (L8)."""

from db.queries.flags import parts_of
from db.session import UnitOfWork
from domain.actors import Actor
from domain.flags.run_holds import lift_ceiling
from domain.platform.change_actions import ChangeAction
from services.flags.flag_changes import change_flag, with_parts
from services.flags.flags import FlagResult, lock_flag, written_change
from services.platform.texts import MAX_REASON, check_text


async def lift(uow: UnitOfWork, actor: Actor, key: str, reason: str) -> FlagResult:
    """Let the ramp alone decide again; raises NotFound, Required and InvalidTransition."""
    check_text(reason, "reason", MAX_REASON, required=True, argument=True)
    row = await lock_flag(uow, key, None, path=("key",))
    parts = lift_ceiling(parts_of(row))
    action = ChangeAction.LIMIT_LIFTED
    flag = change_flag(uow, actor, row, with_parts(parts), action=action, reason=reason)
    return FlagResult(flag, [], await written_change(uow, flag.id))
