"""The state of a launch at a moment, folded from the events up to it (X6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.events import FlagChanged, HealthChanged, IncidentChanged, PhaseChanged, RecordedEvent
from domain.events.kills import KillChanged
from domain.flags.flags import FlagState
from domain.flags.kills import KillRecord, find_kill, kills_in_force, newest_by_key
from domain.health.health import CheckType, HealthStatus
from domain.ids import EventSeq
from domain.incidents.incidents import IncidentStatus, Severity
from domain.phases.phases import PhaseStatus

# From best to worst; UNKNOWN is worse than WARNING.
_ORDER = (
    HealthStatus.HEALTHY,
    HealthStatus.WARNING,
    HealthStatus.UNKNOWN,
    HealthStatus.CRITICAL,
)


@dataclass(frozen=True, slots=True)
class PhaseThen:
    """A phase at that moment. `since`: its last change."""

    id: UUID
    key: str
    name: str
    status: PhaseStatus
    version: int
    step_index: int | None
    since: datetime


@dataclass(frozen=True, slots=True)
class KillThen:
    """A kill in force at that moment; `*` is every flag."""

    key: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FlagThen:
    """A flag at that moment. `kill`: the kill that forced it off, whatever its state."""

    key: str
    state: FlagState
    since: datetime
    kill: KillThen | None = None


@dataclass(frozen=True, slots=True)
class CheckThen:
    """A health check at that moment."""

    check: CheckType
    status: HealthStatus
    since: datetime


@dataclass(frozen=True, slots=True)
class IncidentThen:
    """An incident at that moment."""

    id: UUID
    number: int
    title: str
    severity: Severity
    status: IncidentStatus
    since: datetime


@dataclass(frozen=True, slots=True)
class LaunchState:
    """The state at that moment.

    `position`: no event up to it happened later, so reading on from it misses nothing; events that
    were recorded late may repeat. 0 before the first event.
    """

    position: EventSeq
    phases: tuple[PhaseThen, ...]
    flags: tuple[FlagThen, ...]
    checks: tuple[CheckThen, ...]
    incidents: tuple[IncidentThen, ...]
    kills: tuple[KillThen, ...] = ()

    @property
    def overall(self) -> HealthStatus:
        """The worst check; UNKNOWN without any."""
        statuses = [item.status for item in self.checks]
        return max(statuses, key=_ORDER.index) if statuses else HealthStatus.UNKNOWN


def fold(events: Iterable[RecordedEvent], position: EventSeq) -> LaunchState:
    """The state after these events, in their order.

    Folding only the last event of each object gives the same; of kills, the one with the highest
    number, in whatever order they were recorded.
    """
    phases: dict[UUID, PhaseThen] = {}
    flags: dict[UUID, FlagThen] = {}
    checks: dict[CheckType, CheckThen] = {}
    incidents: dict[UUID, IncidentThen] = {}
    records: list[KillRecord] = []
    for item in sorted(events, key=lambda item: item.seq):
        event, at = item.event, item.occurred_at
        if isinstance(event, PhaseChanged) and event.phase_id is not None:
            phases[event.phase_id] = _phase_then(event, event.phase_id, at)
        elif isinstance(event, FlagChanged):
            flags[event.flag_id] = FlagThen(event.key, event.after, at)
        elif isinstance(event, HealthChanged):
            checks[event.check] = CheckThen(event.check, event.after, at)
        elif isinstance(event, IncidentChanged):
            incidents[event.incident_id] = _incident_then(event, at)
        elif isinstance(event, KillChanged):
            records.append(event.record)
    kills = kills_in_force(newest_by_key(records))
    return LaunchState(
        position,
        tuple(sorted(phases.values(), key=lambda item: item.key)),
        tuple(
            _with_kill(item, kills) for item in sorted(flags.values(), key=lambda item: item.key)
        ),
        tuple(sorted(checks.values(), key=lambda item: item.check)),
        tuple(sorted(incidents.values(), key=lambda item: item.number)),
        tuple(_kill_then(record) for _, record in sorted(kills.items())),
    )


def _with_kill(flag: FlagThen, kills: Mapping[str, KillRecord]) -> FlagThen:
    kill = find_kill(flag.key, kills, ())
    record = kill.record if kill else None
    return replace(flag, kill=_kill_then(record)) if record else flag


def _kill_then(record: KillRecord) -> KillThen:
    return KillThen(record.key, record.at, record.reason)


def _phase_then(event: PhaseChanged, key: UUID, at: datetime) -> PhaseThen:
    return PhaseThen(key, event.key, event.name, event.after, event.version, event.step_index, at)


def _incident_then(event: IncidentChanged, at: datetime) -> IncidentThen:
    return IncidentThen(
        event.incident_id, event.number, event.title, event.severity, event.after, at
    )
