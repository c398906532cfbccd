"""Fields about kill switches (S53, A6; L11)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.kills import FlagKill, KillFlagsInput, KillPayload, LiftKillsInput, in_force
from services.flags import kills
from services.flags.kills import ChangeKills

Kill = Annotated[KillFlagsInput, strawberry.argument(description="The flags and the reason.")]
Lift = Annotated[LiftKillsInput, strawberry.argument(description="The kills and the reason.")]


async def flag_kills(info: Info) -> list[FlagKill]:
    """Every flag that is forced off now, also by the environment of this server process.

    Answered from memory, also while the database is down.
    """
    return in_force(info.context.runtime.flags.kills)


async def kill(info: Info, input: Kill) -> KillPayload:
    """Force flags off for everybody, in every process within two seconds.

    It works while the database or Redis is down; missing writes follow when they are back.
    """
    return await _change(info, input.command())


async def lift(info: Info, input: Lift) -> KillPayload:
    """End kills: the flags' own settings apply again."""
    return await _change(info, input.command())


async def _change(info: Info, command: ChangeKills) -> KillPayload:
    runtime = info.context.runtime
    result = await kills.change(
        runtime.db, runtime.flags, runtime.kill_sync.mirror, info.context.actor, command
    )
    return KillPayload(kills=in_force(runtime.flags.kills), warnings=result.warnings)
