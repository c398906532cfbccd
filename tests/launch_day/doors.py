"""A rollback of the supplier phase closes sign-up in every process within three seconds (M1)."""

import asyncio
from time import time
from uuid import uuid4

from devserver import traffic_documents as ask
from tests.launch_day.api import Failed
from tests.launch_day.day import Day
from tests.launch_day.lag import LIMIT
from tests.launch_day.lines import Line, Verdict, agree
from tests.launch_day.operator import SIGN_UP_PHASE

_PROMISED = 3.0
_TRIES = 20


async def check_sign_up(day: Day) -> None:
    """Open, then rolled back; asked of each process by itself, again and again."""
    await day.operator.open_sign_up()
    ports = day.site.ports
    await asyncio.gather(*(_until(day, port, "let in") for port in ports))
    await day.operator.roll_back("rollback of sign-up", SIGN_UP_PHASE)
    answered = day.note("sign-up is rolled back")
    closed = await asyncio.gather(*(_until(day, port, "FEATURE_OFF") for port in ports))
    later = [await _try(day, port) for port in ports for _ in range(_TRIES)]
    seconds = max(closed) - answered
    day.limits.append(_line(day, seconds, sorted(set(later))))


def _line(day: Day, seconds: float, later: list[str]) -> Line:
    judged = day.plan.judges_seconds and day.lag.worst(day.began, time()) < LIMIT
    seen = f"closed in every process after {max(seconds, 0):.2f} s, then {', '.join(later)}"
    claimed = f"FEATURE_OFF within {_PROMISED:g} s"
    line = agree("doors", "sign-up after a rollback", seen, claimed, holds=later == ["FEATURE_OFF"])
    if line.verdict is Verdict.AGREES and judged and seconds > _PROMISED:
        return Line("doors", line.name, seen, claimed, Verdict.BROKEN)
    return line


async def _until(day: Day, port: int, outcome: str) -> float:
    """The moment at which a process answers so; raises TimeoutError where it never does."""
    async with asyncio.timeout(day.plan.patience):
        while await _try(day, port) != outcome:  # noqa: ASYNC110 - in other processes
            await asyncio.sleep(0.05)
    return time()


async def _try(day: Day, port: int) -> str:
    form = {
        "userType": "SUPPLIER",
        "email": f"{uuid4().hex}@launch-day.example",
        "password": "a long enough password",
    }
    try:
        await day.api.ask(ask.SIGN_UP, port=port, address="203.0.113.10", input=form)
    except Failed as failed:
        return failed.codes[0] if failed.codes else "no answer"
    return "let in"
