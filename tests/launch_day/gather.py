"""From what was written down on the day and what the product says of it to lines of the page."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import time
from typing import Any

from tests.launch_day import deliveries, measures, moments, script, verdicts
from tests.launch_day.claims import Claims, Run, read
from tests.launch_day.day import Day
from tests.launch_day.figures import steady
from tests.launch_day.lag import LIMIT
from tests.launch_day.limits import sign_ups
from tests.launch_day.lines import Line, Verdict, promise
from tests.launch_day.propagation import Spread, compare
from tests.launch_day.spread import Change
from tests.launch_day.viewers import EventReader, arrivals, delays, seconds

Json = Any
_LOOKS, _LOOK_SECONDS = 20, 3.0
_ROLLBACK, _OUTAGE, _BURST = 30.0, 60.0, 130.0
_NAMES = ("first run", "second run")
_EXCUSES = (
    "a process was killed and Redis was emptied",
    "the database was away",
)


async def compare_all(day: Day) -> list[Line]:
    """Everything that can be compared when the day is over."""
    claims = await read(day.api, day.operator.token, day.head)
    sign_ups(day)
    lines = [*_promises(day), *await _delivered(day, claims), *_spreads(day, claims)]
    lines += [await _moment(day, moment, claims) for moment in day.moments]
    for number, run in enumerate(claims.runs[: len(_NAMES)]):
        seen = measures.seen_of(_window(day, claims, run, number))
        lines += verdicts.compare(seen, run.proofs)
    return lines + day.limits


def _promises(day: Day) -> list[Line]:
    """In seconds, from what was done to what was seen."""
    promises = []
    if script.BURST in day.faults:
        begin = day.faults[script.BURST]
        end = day.faults.get(script.BY_GUARD)
        promises.append(_promise(day, "errors are rolled back by the guard", begin, end, _BURST))
    if script.OUTAGE in day.faults:
        begin = day.faults[script.OUTAGE]
        end = script.first_alerted(day, "Database", begin)
        promises.append(_promise(day, "an outage of the database is alerted", begin, end, _OUTAGE))
    if script.BY_HAND in day.operator.requests:
        change = _by_hand(day)
        assert change is not None
        end = None if change.last is None else change.begin + change.last
        name = f"a rollback reaches all of {len(change.arrived)} viewers who had a feature"
        promises.append(_promise(day, name, change.begin, end, _ROLLBACK))
    return promises


def _promise(day: Day, name: str, begin: float, end: float | None, limit: float) -> Line:
    lag = day.lag.worst(begin, time() if end is None else end)
    judged = day.plan.judges_seconds and lag < LIMIT
    return promise(name, None if end is None else end - begin, limit, judged=judged)


async def _delivered(day: Day, claims: Claims) -> list[Line]:
    """What is on its way at the moment of looking is no loss: it may take some seconds more."""
    lines = _deliveries(day, claims)
    for _ in range(_LOOKS):
        if all(line.verdict is Verdict.AGREES for line in lines):
            break
        await asyncio.sleep(_LOOK_SECONDS)
        lines = _deliveries(day, await read(day.api, day.operator.token, day.head))
    return lines


def _deliveries(day: Day, claims: Claims) -> list[Line]:
    log = [str(event["cursor"]) for event in claims.log]
    heard = [deliveries.up_to(log[-1:], _cursors(reader)) for reader in day.readers]
    lives = sum(len(reader.listener.lives) for reader in day.readers)
    delivered = [str(item["title"]) for item in claims.alerts if item["delivered"]]
    titles = [str(message["title"]) for message in day.alerts.messages]
    emails = [email.recipient for email in day.mail.emails]
    return [
        deliveries.events(log, heard, lives, sum(reader.gaps for reader in day.readers)),
        deliveries.same("alerts", delivered, titles),
        deliveries.same("e-mails", claims.emails, emails),
    ]


_TO_SHOW = 2.0  # seconds from the beginning of a transaction until a reader sees it


def _cursors(reader: EventReader) -> list[str]:
    return [str(event["cursor"]) for _, event in reader.events]


def _spreads(day: Day, claims: Claims) -> list[Line]:
    """Each version of the flags whose propagation the product tells."""
    claims_by_version = {
        event["propagation"]["version"]: event["propagation"]
        for event in claims.log
        if event.get("propagation")
    }
    lines, before = [], 0
    for version, claim in sorted(claims_by_version.items()):
        begin = seconds(claim["startedAt"])
        open_ = [viewer for viewer in day.viewers if viewer.listener.connected(begin)]
        arrived = [
            at for viewer in open_ if (at := viewer.arrival(before, version, begin)) is not None
        ]
        before = version
        lag = day.lag.worst(begin, max(arrived, default=begin))
        judged = day.plan.judges_seconds
        lines.append(compare(Spread.of(claim), begin, len(open_), arrived, lag, judged=judged))
    return lines


async def _moment(day: Day, moment: moments.Moment, claims: Claims) -> Line:
    at = datetime.fromtimestamp(moment.at, UTC).isoformat()
    claimed = moments.state_of(await day.api.ask(moments.STATE, day.operator.token, at=at))
    shown = [snapshot for reader in day.health for _, snapshot in reader.snapshots]
    checks = steady(_pages(shown), moment.at)
    checked = {check: status for check, status in checks.items() if status != "UNKNOWN"}
    seen = moments.without(moment.seen, _served_later(claims, moment.at))
    return moments.compare(replace(moment, seen=replace(seen, checks=checked)), claimed)


def _served_later(claims: Claims, at: float) -> frozenset[int]:
    """Incidents that had begun or ended by then, and of which the product heard only later (D6)."""
    return frozenset(
        event["incident"]["number"]
        for event in claims.log
        if event.get("incident")
        and seconds(event["occurredAt"]) <= at < seconds(event["recordedAt"]) + _TO_SHOW
    )


def _pages(shown: Sequence[Json]) -> list[tuple[float, Mapping[str, str]]]:
    pages = [
        (
            seconds(item["at"]),
            {check["type"]: str(check["status"]) for check in item["checks"] if not check["stale"]},
        )
        for item in shown
    ]
    return sorted(pages, key=lambda page: page[0])


def _window(day: Day, claims: Claims, run: Run, number: int) -> measures.Window:
    began, ended = run.began, run.ended
    shown = [snapshot for reader in day.health for _, snapshot in reader.snapshots]
    return measures.Window(
        name=_NAMES[number],
        began=began,
        ended=ended,
        changes=_changes(day, claims, began, ended),
        rollback=_rollback(day, claims, run),
        event_delays=_event_delays(day, began, ended),
        calls=[call for call in day.api.calls if began <= call.at + call.seconds <= ended],
        arrivals=day.people.arrivals,
        alerts=_alert_arrivals(day, claims, began, ended),
        checks=[
            [(c["type"], seconds(c["checkedAt"])) for c in item["checks"] if c["checkedAt"]]
            for item in shown
        ],
        collections=[moment for reader in day.metrics for _, moment in reader.moments],
        lag=day.lag.worst(began, ended),
        moved=_moved(day, began, ended),
        excuse=_EXCUSES[number],
    )


def _changes(day: Day, claims: Claims, began: float, ended: float) -> list[Change]:
    """By version: how long after its commit each viewer that it changed was told."""
    starts = {
        event["propagation"]["version"]: seconds(event["propagation"]["startedAt"])
        for event in claims.log
        if event.get("propagation")
    }
    by_version: dict[int, list[float]] = defaultdict(list)
    for viewer in day.viewers:
        for version, at in delays(viewer):
            if began <= starts.get(version, 0.0) <= ended:
                by_version[version].append(at)
    return [
        Change(f"version {version}", starts[version], moments_, 0.0, 3.0)
        for version, moments_ in sorted(by_version.items())
    ]


def _rollback(day: Day, claims: Claims, run: Run) -> Change | None:
    """Counted from the request where a person asked for it, else from the end of the run."""
    by_hand = _by_hand(day)
    if by_hand is not None and run.began <= by_hand.begin <= run.ended + 1:
        return by_hand
    reached = arrivals(day.viewers, script.NONE, run.ended)
    return Change(script.BY_GUARD, run.ended, reached, 0.0, _ROLLBACK)


def _by_hand(day: Day) -> Change | None:
    request = day.operator.requests.get(script.BY_HAND)
    if request is None:
        return None
    reached = arrivals(day.viewers, script.NONE, request[0])
    return Change(script.BY_HAND, request[0], reached, 0.0, _ROLLBACK)


def _event_delays(day: Day, began: float, ended: float) -> list[float]:
    """Of what came over a connection that had been open before it was recorded."""
    delays = []
    for reader in day.readers:
        for at, event in reader.events:
            recorded = seconds(event["recordedAt"])
            if began <= recorded <= ended and reader.listener.connected(recorded):
                delays.append(at - recorded)
    return delays


def _alert_arrivals(
    day: Day, claims: Claims, began: float, ended: float
) -> list[measures.AlertArrival]:
    alerts = []
    for incident in claims.incidents:
        titles = {
            str(item["title"])
            for item in claims.alerts
            if item["kind"] == "FIRING" and _number(item) == incident["number"]
        }
        for episode in incident["episodes"]:
            if not began <= seconds(episode["detectedAt"]) <= ended:
                continue
            bad = seconds(episode["firstBadAt"] or episode["detectedAt"])
            came = [
                at
                for at, message in zip(day.alerts.arrived, day.alerts.messages, strict=True)
                if at >= bad and str(message["title"]) in titles
            ]
            alerts.append(
                measures.AlertArrival(
                    str(episode["severity"]),
                    episode["firstBadAt"] is not None,
                    bad,
                    min(came, default=None),
                )
            )
    return alerts


def _number(alert: Json) -> int | None:
    return alert["incident"]["number"] if alert["incident"] else None


def _moved(day: Day, began: float, ended: float) -> bool:
    """Whether anybody went on while the funnels were open."""
    people = day.people.arrivals
    moves = [moment for who in people for moment in (who.signed_up, who.set_up, who.connected)]
    return any(moment is not None and began <= moment <= ended for moment in moves)
