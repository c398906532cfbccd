"""One process that writes events at a rate: `python -m bench.log_writers` with one line of JSON.

It commits one event a transaction over several connections. One more connection stalls: each of
its transactions stays open for seconds after its event is written, and every second one is rolled
back. It answers with one line: the ids that it committed, and when.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import uvloop

from bench.machine import pin
from db import event_writes
from db.drafts import Draft
from db.session import Database
from domain.actors import UserType, system_actor
from domain.events import UserSignedUp
from domain.ids import UserId

_CONNECTIONS = 4
_ACTOR = system_actor("bench")


@dataclass(frozen=True, slots=True)
class Command:
    """`rate` is events a second; `stall` is for how many seconds a transaction stays open."""

    url: str
    rate: float
    seconds: float
    stall: float
    core: int | None = None


class _RolledBack(Exception):
    pass


@dataclass(slots=True)
class _Writer:
    db: Database
    command: Command
    until: float
    committed: list[tuple[int, float]] = field(default_factory=list)
    rolled_back: list[int] = field(default_factory=list)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(_CONNECTIONS):
                group.create_task(self._steadily(number))
            group.create_task(self._stalling())
        await self.db.dispose()

    async def _steadily(self, number: int) -> None:
        pause = _CONNECTIONS / self.command.rate
        due = time.monotonic() + pause * number / _CONNECTIONS
        while time.monotonic() < self.until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._write()
            due += pause

    async def _stalling(self) -> None:
        fails = False
        while time.monotonic() < self.until:
            await self._write(self.command.stall, fails=fails)
            fails = not fails

    async def _write(self, stall: float = 0.0, *, fails: bool = False) -> None:
        event = UserSignedUp(user_id=UserId(uuid4()), user_type=UserType.COUPLE)
        with suppress(_RolledBack):
            async with self.db.change_flag() as work:  # a transaction of the driver
                drafts = [Draft(_ACTOR, event, None)]
                work.written = await event_writes.append(work, drafts, work.began)
                key = int(work.written[0].id)
                await asyncio.sleep(stall)
                if fails:
                    self.rolled_back.append(key)
                    raise _RolledBack
                begin = time.monotonic()  # it is visible between here and the reply
            self.committed.append((key, begin))


async def _main(command: Command) -> dict[str, object]:
    db = Database(command.url, clock=lambda: datetime.now(UTC))
    writer = _Writer(db, command, time.monotonic() + command.seconds)
    await writer.run()
    return {"committed": writer.committed, "rolled_back": writer.rolled_back}


if __name__ == "__main__":
    command_line = Command(**json.loads(sys.stdin.readline()))
    pin(0, command_line.core)
    print(json.dumps(uvloop.run(_main(command_line))), flush=True)
