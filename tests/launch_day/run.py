"""Start it, play it, compare, print."""

import os
from pathlib import Path
from time import time

from tests.launch_day import script, spread
from tests.launch_day.day import Day, opened
from tests.launch_day.lines import Exit, Line, exit_code
from tests.launch_day.page import Summary, page
from tests.launch_day.plan import Plan
from tests.launch_day.sinks import MailSink
from tests.launch_day.site import running
from tests.launch_day.viewers import arrivals
from tests.receivers import HttpReceiver


async def run(plan: Plan, folder: Path, cluster: Path) -> tuple[str, Exit]:
    """The page and the exit code."""
    alerts = HttpReceiver()
    await alerts.start()
    try:
        with MailSink() as mail:
            env = {"ALERT_URLS": alerts.url, "SMTP_URL": mail.url, **plan.env}
            async with (
                running(folder, cluster, env) as site,
                opened(plan, site, alerts, mail) as day,
            ):
                await script.play(day)
                lines = _lines(day)
                return page(_summary(day), lines), exit_code(lines)
    finally:
        await alerts.stop()


def _lines(day: Day) -> list[Line]:
    begin, _ = day.operator.requests[script.BY_HAND]
    arrived = arrivals(day.viewers, script.NONE, begin)
    lag = day.lag.worst(begin, time())
    return spread.lines([spread.Change(script.BY_HAND, begin, arrived, lag, 30)])


def _summary(day: Day) -> Summary:
    seconds = time() - day.began
    done = sum(call.done for call in day.api.calls)
    facts = [
        f"{len(day.viewers)} viewers, {len(day.readers)} readers of events, two app processes, "
        "two workers",
        f"{done} operations done, {done / seconds:.0f} a second; "
        f"{len(day.api.calls) - done} refused or failed",
        f"{len(day.mail.letters)} letters, {len(day.alerts.messages)} alerts",
    ]
    lag = day.lag.worst(day.began, time())
    return Summary(seconds, facts, day.happened, lag, os.getloadavg()[0])
