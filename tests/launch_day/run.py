"""Start it, play it, compare, print."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import time

from tests.launch_day import gather, script
from tests.launch_day.api import Failed
from tests.launch_day.day import Day, acting, opened
from tests.launch_day.lines import Exit, Line, Verdict, exit_code
from tests.launch_day.page import Summary, page
from tests.launch_day.plan import Plan
from tests.launch_day.sinks import MailSink
from tests.launch_day.site import running
from tests.support.receivers import HttpReceiver

_REST_SECONDS = 60.0
_UNDER_WAY = """query UnderWay { mails(first: 1, status: [QUEUED, RETRYING]) { totalCount } }"""


async def run(plan: Plan, folder: Path, cluster: Path, tell: Callable[[str], object]) -> Exit:
    """The exit code; the page is told before all that was started ends."""
    alerts = HttpReceiver()
    await alerts.start()
    try:
        with MailSink() as mail:
            env = {"ALERT_URLS": alerts.url, "SMTP_URL": mail.url, **plan.env}
            async with (
                running(folder, cluster, env) as site,
                opened(plan, site, alerts, mail) as day,
            ):
                lines = await _played(day)
                tell(page(_summary(day), lines))
                return exit_code(lines)
    finally:
        await alerts.stop()


async def _played(day: Day) -> list[Line]:
    cut: list[Line] = []
    try:
        async with acting(day):
            await script.play(day)
    except (script.Ended, Failed, TimeoutError) as error:
        why = str(error) or f"not done within {day.plan.patience:g} s"
        day.note(f"CUT SHORT: {why}")
        # A launch that a slow machine ends proves nothing; on a quick one it is a fault.
        slow = not day.plan.judges_seconds or day.lag.worst(day.began, time()) >= 0.5
        verdict = Verdict.NOT_JUDGED if slow else Verdict.BROKEN
        cut.append(Line("script", "the day", why, "goes on", verdict))
    await _come_to_rest(day)
    return cut + await gather.compare_all(day)


async def _come_to_rest(day: Day) -> None:
    """Until every e-mail has left and every reader has read all; what then is missing is lost."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_REST_SECONDS):
            while not await _rests(day):  # noqa: ASYNC110 - in other processes
                await asyncio.sleep(1)


async def _rests(day: Day) -> bool:
    with suppress(Failed):
        head = await day.operator.head()
        mails = await day.api.ask(_UNDER_WAY, day.operator.token)
        heard = {reader.events[-1][1]["cursor"] for reader in day.readers if reader.events}
        return mails["totalCount"] == 0 and heard == {head}
    return False


def _summary(day: Day) -> Summary:
    seconds = time() - day.began
    done = [call for call in day.api.calls if call.done]
    facts = [
        f"{len(day.viewers)} viewers, {len(day.readers)} readers of events, two app processes, "
        "two workers",
        f"{len(done)} operations done, {len(done) / seconds:.0f} a second; "
        f"{len(day.api.calls) - len(done)} refused or failed",
        f"{day.people.deeds['connections']} couples connected, {len(day.mail.emails)} e-mails, "
        f"{len(day.alerts.messages)} alerts",
        f"{sum(len(each.lives) for each in day.listeners())} connections of "
        f"{len(day.listeners())} listeners",
    ]
    lag = day.lag.worst(day.began, time())
    return Summary(seconds, facts, day.happened, lag, os.getloadavg()[0])
