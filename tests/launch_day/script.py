"""What happens on the day, one thing after the other, each when the one before was seen."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from tests.launch_day.api import Failed
from tests.launch_day.day import Day
from tests.launch_day.plan import FLAGS, STEPS

ALL, NONE = frozenset(FLAGS), frozenset[str]()
FIRST, SECOND = "first activation", "second activation"
BY_HAND = "rollback by hand"


async def play(day: Day) -> None:
    """The whole day."""
    await activate(day, FIRST)
    await climb(day)
    await day.operator.roll_back(BY_HAND)
    day.note(BY_HAND)
    await until(day, lambda: everybody_shows(day, NONE), "no viewer has a feature")


async def activate(day: Day, name: str) -> None:
    """Go live, however often readiness has to be waited for."""
    await day.operator.activate(name)
    day.note(name)


async def climb(day: Day) -> None:
    """Up the ramp to its end; a step that is held for too long is left by hand."""
    for percent in STEPS[1:]:
        deadline = monotonic() + day.plan.ramp_patience
        while (now := await step_of(day)) is None or now < percent:
            if now is not None and monotonic() >= deadline:
                await day.operator.advance(f"to {percent} %")
                day.note(f"advanced by hand to {percent} %")
            await asyncio.sleep(0.5)
    await until(day, lambda: everybody_shows(day, ALL), "all viewers have all features")


async def step_of(day: Day) -> float | None:
    """The percentage of the present step; None where there is no answer."""
    with suppress(Failed):
        step = (await day.operator.show())["currentStep"]
        return float(step["percentage"]) if step else 0.0
    return None


def everybody_shows(day: Day, wanted: frozenset[str]) -> bool:
    """Whether the last thing that each viewer was told is just this."""
    return all(viewer.seen and viewer.seen[-1].on == wanted for viewer in day.viewers)


async def until(day: Day, true: Callable[[], bool], what: str) -> float:
    """Wait for something that is seen from outside, and write it down; TimeoutError if never."""
    try:
        async with asyncio.timeout(day.plan.patience):
            while not true():  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(0.05)
    except TimeoutError:
        day.note(f"NOT SEEN within {day.plan.patience:g} s: {what}")
        raise
    return day.note(what)
