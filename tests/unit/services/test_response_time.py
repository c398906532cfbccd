"""What somebody is held back for is no slowness of ours (SEC12)."""

import asyncio

from services.platform.response_time import ResponseTimer, begin_request, held_back, hold_back


def _ignore(_seconds: float) -> None:
    """Nobody asks."""


async def test_time_held_back_on_purpose_is_not_response_time() -> None:
    pause = begin_request()
    timer = ResponseTimer(_ignore)
    await asyncio.create_task(hold_back(0.2))
    assert pause.seconds == 0.2
    assert timer.stop() < 0.2


async def test_the_next_request_begins_anew() -> None:
    begin_request()
    await hold_back(0.01)
    begin_request()
    assert held_back().seconds == 0
