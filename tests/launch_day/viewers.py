"""Who listens: viewers with their own flags, readers of the event log, health and metrics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.launch_day.listeners import Listener

Json = Any
FLAGS = """
subscription Viewer($device: String) {
  viewerFlags(deviceId: $device) { version flags { key value } }
}
"""
EVENTS = """
subscription Events($after: String) { launchEvents(after: $after) {
  __typename cursor summary occurredAt recordedAt
  ... on PhaseEvent { became: to phase { key } }
  ... on HealthEvent { turned: to check { type } }
  ... on StreamGap { missed }
} }
"""
HEALTH = """
subscription Health { systemHealth { at overall checks { type status checkedAt stale } } }
"""
JOURNEYS = "subscription Journeys { journeys { key completed } }"
METRICS = "subscription Metrics { launchMetrics { at } }"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a viewer was told: which flags of the day are on for it."""

    at: float
    version: int
    on: frozenset[str]


@dataclass(slots=True)
class Viewer:
    """A visitor with a page open."""

    device: str
    keys: frozenset[str]
    seen: list[Seen] = field(default_factory=list)
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(FLAGS, self._take, variables=lambda: {"device": self.device})

    def _take(self, at: float, data: Json) -> None:
        viewer_flags = data["viewerFlags"]
        on = frozenset(flag["key"] for flag in viewer_flags["flags"] if flag["value"]) & self.keys
        self.seen.append(Seen(at, viewer_flags["version"], on))

    def arrival(self, after: int, version: int, begin: float) -> float | None:
        """When it was told of this version, or of one above `after` that came with it."""
        arrived = (at for served, at in delays(self) if after < served <= version and at >= begin)
        return next(arrived, None)

    def on_at(self, at: float) -> frozenset[str]:
        """What it showed at a moment; nothing before it was told anything."""
        return next((item.on for item in reversed(self.seen) if item.at <= at), frozenset())


@dataclass(slots=True)
class EventReader:
    """Somebody who reads on after the last cursor, whatever happens to the connection."""

    token: str
    start: str
    events: list[tuple[float, Json]] = field(default_factory=list)
    gaps: int = 0
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(EVENTS, self._take, self.token, lambda: {"after": self._last()})

    def _last(self) -> str:
        return str(self.events[-1][1]["cursor"]) if self.events else self.start

    def _take(self, at: float, data: Json) -> None:
        event = data["launchEvents"]
        if event["__typename"] == "StreamGap":
            self.gaps += 1
        else:
            self.events.append((at, event))


@dataclass(slots=True)
class HealthReader:
    """Somebody with the health page open: each check with the moments at which it was made."""

    token: str
    snapshots: list[tuple[float, Json]] = field(default_factory=list)
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(HEALTH, self._take, self.token)

    def _take(self, at: float, data: Json) -> None:
        self.snapshots.append((at, data["systemHealth"]))

    def shows(self, check: str, since: float) -> str | None:
        """What the page shows of a check now; None where it was made before `since`."""
        if not self.snapshots:
            return None
        for item in self.snapshots[-1][1]["checks"]:
            if item["type"] == check and item["checkedAt"] and seconds(item["checkedAt"]) >= since:
                return str(item["status"])
        return None


@dataclass(slots=True)
class MetricsReader:
    """Somebody with the metrics page open."""

    token: str
    moments: list[tuple[float, float]] = field(default_factory=list)
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(METRICS, self._take, self.token)

    def _take(self, at: float, data: Json) -> None:
        self.moments.append((at, seconds(data["launchMetrics"]["at"])))


@dataclass(slots=True)
class JourneysReader:
    """Somebody with the funnels open: how many had arrived, of all journeys together."""

    token: str
    moments: list[tuple[float, int]] = field(default_factory=list)
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(JOURNEYS, self._take, self.token)

    def _take(self, at: float, data: Json) -> None:
        self.moments.append((at, sum(item["completed"] for item in data["journeys"])))


def seconds(text: str) -> float:
    """A moment of the product, as seconds of the wall clock."""
    return datetime.fromisoformat(text).timestamp()


def delays(viewer: Viewer) -> Iterator[tuple[int, float]]:
    """Each version that changed something while the viewer was listening, and when it came.

    The first message of a connection is what was so before, whenever it changed.
    """
    first = {life.since for life in viewer.listener.lives}
    return ((item.version, item.at) for item in viewer.seen if item.at not in first)


def arrivals(
    viewers: Sequence[Viewer], expected: frozenset[str], begin: float
) -> list[float | None]:
    """When each viewer that did not show exactly these flags at `begin` did so first."""
    moments: list[float | None] = []
    for viewer in viewers:
        if viewer.listener.connected(begin) and viewer.on_at(begin) != expected:
            later = (item.at for item in viewer.seen if item.at > begin and item.on == expected)
            moments.append(next(later, None))
    return moments
