"""What happens on the day, one thing after the other, each when the one before was seen."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from tests.launch_day import faults
from tests.launch_day.api import Failed
from tests.launch_day.day import Day
from tests.launch_day.doors import check_sign_up
from tests.launch_day.limits import check_limits
from tests.launch_day.plan import FLAGS, STEPS

ALL, NONE = frozenset(FLAGS), frozenset[str]()
FIRST, SECOND = "first activation", "second activation"
BY_GUARD, BY_HAND = "rollback by the guard", "rollback by hand"
OUTAGE, BURST = "outage of the database", "error burst"
DATABASE, CRITICAL, HEALTHY = "DATABASE", "CRITICAL", frozenset({"HEALTHY", "WARNING"})


async def play(day: Day) -> None:
    """The whole day: two runs, each with its faults, each rolled back."""
    await check_limits(day)
    await day.look("before it begins")
    await first_run(day)
    await second_run(day)
    await check_sign_up(day)
    await day.look("after the day")


async def first_run(day: Day) -> None:
    """Up the ramp over a killed process and an empty Redis; a guard ends it."""
    await activate(day, FIRST)
    await day.look("at the first step")
    await climb(day, {25: faults.kill_an_app, 50: faults.empty_redis})
    await until(day, lambda: everybody_shows(day, ALL), "all viewers have all features")
    await day.look("at 100 %")
    async with faults.slow_mail(day):
        await day.look("while e-mail is slow")
        await asyncio.sleep(day.plan.slow_seconds)
    async with faults.error_burst(day):
        day.faults[BURST] = day.now
        await day.look("in the error burst")
        day.faults[BY_GUARD] = await until(
            day, lambda: everybody_shows(day, NONE), "no viewer has a feature: the guard acted"
        )
    await day.look("rolled back by the guard")


async def second_run(day: Day) -> None:
    """Quickly up; the database goes and comes back; a person ends it."""
    await activate(day, SECOND)
    await climb(day, {}, patience=0)
    await until(day, lambda: everybody_shows(day, ALL), "all viewers have all features again")
    await day.look("at 100 % again")
    async with faults.no_database(day):
        outage = day.faults[OUTAGE] = day.now
        await until(day, lambda: CRITICAL in database(day, outage), "open pages show it CRITICAL")
        await until(day, lambda: first_alerted(day, "Database", outage) is not None, "an alert")
        await day.look("without a database")
    back = day.now
    await until(day, lambda: HEALTHY & database(day, back), "open pages show the database again")
    await day.look_until_steady("with the database again")
    try:
        await day.operator.roll_back(BY_HAND)
        day.note(BY_HAND)
    except Failed as failed:
        day.note(f"no rollback by hand: {failed}")  # a guard was faster, for the outage
    await until(day, lambda: everybody_shows(day, NONE), "no viewer has a feature")


async def activate(day: Day, name: str) -> None:
    """Go live, however often readiness has to be waited for."""
    await day.operator.activate(name)
    day.note(name)


async def climb(day: Day, on_the_way: faults.Acts, patience: float | None = None) -> None:
    """Up the ramp to its end; a step that is held for too long is left by hand."""
    for percent in STEPS[1:]:
        deadline = monotonic() + (day.plan.ramp_patience if patience is None else patience)
        while (now := await position(day)) is None or now.percent < percent:
            if now is not None and monotonic() >= deadline:
                await day.operator.advance(f"to {percent} %")
                day.note(f"advanced by hand to {percent} %" + _because(now.held_because))
            await asyncio.sleep(0.5)
        day.note(f"at {percent} %")
        if percent in on_the_way:
            await on_the_way[percent](day)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the ramp is, and what keeps it there."""

    percent: float
    held_because: Sequence[str]


def _because(held_because: Sequence[str]) -> str:
    return f" (held: {'; '.join(held_because)})" if held_because else ""


async def position(day: Day) -> Position | None:
    """None where there is no answer.

    Raises Ended where the run is over: nothing on the way up asks for that.
    """
    with suppress(Failed):
        phase = await day.operator.show()
        if phase["status"] == "ROLLED_BACK":
            raise Ended(f"rolled back on its way up, with {day.errors():.1f} % errors")
        step = phase["currentStep"]
        return Position(float(step["percentage"]) if step else 0.0, phase["heldBy"])
    return None


class Ended(Exception):
    """The day cannot go on as planned."""


def database(day: Day, since: float) -> set[str | None]:
    """What the open pages show of it, from looks at it that were made since then."""
    return {reader.shows(DATABASE, since) for reader in day.health}


def first_alerted(day: Day, word: str, since: float) -> float | None:
    """When people were told of it; at once where they had been told before, and not of an end."""
    was_alerted = False
    for at, message in zip(day.alerts.arrived, day.alerts.messages, strict=True):
        title = str(message["title"])
        if at >= since and was_alerted:
            break
        if word in title:
            was_alerted = "RESOLVED" not in title
            if at >= since and was_alerted:
                return at
    return since if was_alerted else None


def everybody_shows(day: Day, expected: frozenset[str]) -> bool:
    """Whether the last thing that each viewer was told is just this."""
    return all(viewer.seen and viewer.seen[-1].on == expected for viewer in day.viewers)


async def until(day: Day, true: Callable[[], object], what: str) -> float:
    """Wait for something that is seen from outside, and write it down; raises Ended if never."""
    try:
        async with asyncio.timeout(day.plan.patience):
            while not true():  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise Ended(f"never seen in {day.plan.patience:g} s: {what}") from None
    return day.note(what)
