"""Ctrl-C ends a command that stays, also where the first cancellation is lost."""

import asyncio
import os
import signal

import pytest

from commands.shared.signals import until_interrupted
from tests.support.clock import PATIENCE


class Deaf:
    """Work that loses its first cancellations, as a library may."""

    def __init__(self, times: int) -> None:
        self.lost = 0
        self._times = times

    async def work(self) -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if self.lost == self._times:
                    raise
                self.lost += 1


@pytest.mark.parametrize("times", [0, 1, 3])
async def test_ctrl_c_ends_the_command_although_cancellations_are_lost(times: int) -> None:
    deaf = Deaf(times)
    async with asyncio.timeout(PATIENCE):
        await until_interrupted(deaf.work(), patience=0.01)
    assert deaf.lost == times


async def test_a_command_that_ends_by_itself_needs_no_interrupt() -> None:
    async def fails() -> None:
        raise LookupError("nowhere to go")

    with pytest.raises(LookupError, match="nowhere"):
        await until_interrupted(fails())
