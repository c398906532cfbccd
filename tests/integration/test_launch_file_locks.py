"""A launch file and other changes of its flags at the same moment (A52)."""

import asyncio
from datetime import datetime

from db.session import Database
from domain.actors import system_actor
from domain.errors import Collector
from services.flags import flags
from services.flags.flags import FlagDraft
from services.phases.launch_file_entries import FlagEntry
from services.phases.launch_file_flags import put_flags
from tests.support.clock import Clock
from tests.support.lock_waits import blocked

ACTOR = system_actor("test")
KEY = "mvp_chat"


async def test_a_launch_file_waiting_for_a_lock_takes_a_later_time(
    db: Database, clock: Clock
) -> None:
    """It changes what the other transaction left, and must not stand before it in the audit."""
    async with db.write() as uow:
        await flags.create(uow, ACTOR, FlagDraft(KEY, "Chat"))
    entry, problems = FlagEntry(KEY, {"description": "Of a file."}), Collector()

    async def put() -> datetime:
        async with db.write() as uow:
            assert len(await put_flags(uow, ACTOR, [entry], None, problems)) == 1
            return uow.now

    async with db.change_flag() as first:
        await first.lock(KEY)
        waiting = asyncio.create_task(put())
        await blocked(db)
        clock.advance(7)
        later = clock()
    assert await waiting >= later
    problems.raise_all()
