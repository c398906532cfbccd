"""What the driver measured of each row of a report, from what it has written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.launch_day.api import Call
from tests.launch_day.figures import gap_of_checks, longest_gap, quantile
from tests.launch_day.people import Arrival, who_arrived, who_may_have
from tests.launch_day.spread import Change
from tests.launch_day.verdicts import (
    BROKEN,
    KEPT,
    NOT_MEASURED,
    UNKNOWN,
    FixedVerdict,
    Measure,
    RunSeen,
)

_COLLECTION_LIMIT = 33.0  # seconds, as S109 allows
_TRAVEL_SECONDS = 1.0  # that a message may travel on one machine; how late the driver was is added


@dataclass(frozen=True, slots=True)
class AlertArrival:
    """An alert of an incident: when it began, by the product, and when it arrived here."""

    severity: str
    by_sample: bool
    began: float
    arrived: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """All that was seen while a run was live. `excuse`: why the product may have lost sight."""

    name: str
    began: float
    ended: float
    changes: Sequence[Change]
    rollback: Change | None
    event_delays: Sequence[float]
    calls: Sequence[Call]
    arrivals: Sequence[Arrival]
    alerts: Sequence[AlertArrival]
    checks: Sequence[Sequence[tuple[str, float]]]
    collections: Sequence[float]
    lag: float
    moved: bool
    excuse: str | None = None


def seen_of(window: Window) -> RunSeen:
    """Each row of the report."""
    rows: dict[str, Measure | FixedVerdict] = {
        "S95": FixedVerdict(frozenset({KEPT}), "activated only when nothing blocked it"),
        "S103": FixedVerdict(frozenset({NOT_MEASURED}), "nobody had a phone"),
        "S106": FixedVerdict(frozenset({NOT_MEASURED}), "statements are not counted here"),
        "S112": FixedVerdict(frozenset({BROKEN}), "nobody rehearsed it"),
        "S110": _journeys(window),
        "S104": _success(window),
    }
    for some in (_spread, _cadence, _requests, _alerts, _targets):
        rows.update(some(window))
    return RunSeen(window.name, rows)


def _spread(window: Window) -> Mapping[str, Measure]:
    margin = _TRAVEL_SECONDS + window.lag
    each = [(quantile(c.seconds, 95), quantile(c.seconds, 99)) for c in window.changes]
    p95 = max((a for a, _ in each if a is not None), default=None)
    slowest = (*(b for _, b in each), quantile(window.event_delays, 99))
    p99 = max((b for b in slowest if b is not None), default=None)
    back = window.rollback.last if window.rollback else None
    return {
        "S96": Measure(p95, 3, "s", margin, window.excuse),
        "S97": Measure(back, 30, "s", margin, window.excuse),
        "S108": Measure(p99, 3, "s", margin, window.excuse),
    }


def _cadence(window: Window) -> Mapping[str, Measure | FixedVerdict]:
    margin = _TRAVEL_SECONDS + window.lag
    health = gap_of_checks(window.checks, window.began, window.ended)
    return {"S98": Measure(health, 33, "s", margin), "S109": _collections(window, margin)}


def _collections(window: Window, margin: float) -> Measure | FixedVerdict:
    """Readers also get numbers when they connect or after Redis was emptied, without a collection.

    So a run that is shorter than the limit may have seen none.
    """
    gap = longest_gap(window.collections, window.began, window.ended)
    duration = window.ended - window.began
    if duration <= _COLLECTION_LIMIT:
        return FixedVerdict(frozenset({KEPT, NOT_MEASURED}), f"the run took {duration:.1f} s")
    return Measure(gap, _COLLECTION_LIMIT, "s", margin)


def _requests(window: Window) -> Mapping[str, Measure]:
    """The product counts other requests as well, so that a share is only about the same."""
    answered = [call for call in window.calls if call.answered]
    slow = quantile((call.seconds * 1000 for call in answered), 95)
    failed = sum(call.at_fault for call in answered)
    rate = 100 * failed / len(answered) if answered else None
    margin = None if slow is None else slow / 2 + window.lag * 1000
    return {
        "S105": Measure(slow, 500, "ms", margin or 0, window.excuse),
        "S107": Measure(rate, 2, "%", max(1.0, (rate or 0) / 4), window.excuse),
    }


def _alerts(window: Window) -> Mapping[str, Measure]:
    critical = [item for item in window.alerts if item.severity == "CRITICAL"]
    noticed = [
        item for item in window.alerts if item.by_sample and item.severity in ("HIGH", "CRITICAL")
    ]
    return {"S99": _slowest(critical, window), "S111": _slowest(noticed, window)}


def _slowest(alerts: Sequence[AlertArrival], window: Window) -> Measure:
    waits = [item.arrived - item.began for item in alerts if item.arrived is not None]
    excuse = "not all have arrived" if len(waits) < len(alerts) else None
    return Measure(max(waits, default=None), 60, "s", _TRAVEL_SECONDS + window.lag, excuse)


def _targets(window: Window) -> Mapping[str, Measure | FixedVerdict]:
    """Journeys take seconds here; each is judged on its slowest."""
    done = who_arrived(window.arrivals, window.began, window.ended)
    set_up = [a.set_up - a.began for a in done if a.set_up is not None]
    connected = [a.connected - a.began for a in done if a.connected is not None]
    if not done and who_may_have(window.arrivals, window.began, window.ended):
        either = FixedVerdict(frozenset({KEPT, NOT_MEASURED}), "who arrived may have begun before")
        return dict.fromkeys(("S100", "S101", "S102"), either)
    return {
        "S100": Measure(max(set_up, default=None), 300, "s", _TRAVEL_SECONDS),
        "S101": Measure(max(connected, default=None), 180, "s", _TRAVEL_SECONDS),
        "S102": Measure(max(connected, default=None), 600, "s", _TRAVEL_SECONDS),
    }


def _success(window: Window) -> FixedVerdict:
    """Nobody gives up here: who is cut short by an error is still under way."""
    if who_arrived(window.arrivals, window.began, window.ended):
        return FixedVerdict(frozenset({KEPT}), "everybody whose journey ended has arrived")
    return FixedVerdict(frozenset({NOT_MEASURED, KEPT}), "nobody began and arrived")


def _journeys(window: Window) -> FixedVerdict:
    if window.moved:
        return FixedVerdict(frozenset({KEPT, BROKEN, UNKNOWN}), "people moved while one watched")
    return FixedVerdict(frozenset({NOT_MEASURED, KEPT}), "nobody was seen to move")
