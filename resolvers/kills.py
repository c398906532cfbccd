"""Fields about kill switches (S53, A6; L11)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.kills import FlagKill, KillFlagsInput, KillPayload, LiftKillsInput, in_force
from services.flags import kills
from services.flags.kills import ChangeKills

Kill = Annotated[KillFlagsInput, strawberry.argument(description="Which flags, and why.")]
Lift = Annotated[LiftKillsInput, strawberry.argument(description="Which kills, and why.")]


async def flag_kills(info: Info) -> list[FlagKill]:
    """Every flag that is forced off now, by this server process's environment too.

    It is answered from memory, with the database away too.
    """
    return in_force(info.context.runtime.flags.kills)


async def kill(info: Info, input: Kill) -> KillPayload:
    """Force flags off for everybody, in every process within two seconds.

    It works with the database or Redis away: what was not written is written when they are back.
    """
    return await _change(info, input.command())


async def lift(info: Info, input: Lift) -> KillPayload:
    """End kills: each flag is on again for whom its own settings say."""
    return await _change(info, input.command())


async def _change(info: Info, command: ChangeKills) -> KillPayload:
    runtime = info.context.runtime
    done = await kills.change(
        runtime.db, runtime.flags, runtime.kill_sync.mirror, info.context.actor, command
    )
    return KillPayload(kills=in_force(runtime.flags.kills), warnings=done.warnings)
