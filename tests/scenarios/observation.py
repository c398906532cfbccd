"""What the rows say after a step, read past the services by a connection that always works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.health.health import Outcome
from domain.propagation.verifications import Verification
from tests.scenarios.system import System

Row = Mapping[str, Any]

_LIVE = ("active", "paused")


@dataclass(frozen=True)
class Observation:
    """The state of the launch at one moment. Flags, phases and links are by key."""

    at: datetime
    seq: int
    set_version: int
    flags: Mapping[str, Row]
    phases: Mapping[str, Row]
    links: Mapping[str, Mapping[str, float | None]]
    runs: Mapping[str, Row]
    incidents: Sequence[Row]
    criteria: Sequence[Row]
    silences: Sequence[Row]
    events: Sequence[Row]  # since the observation before, with their audit rows
    database_away: bool
    processes: tuple[int, ...]
    sick: tuple[str, ...]
    metrics: Mapping[object, tuple[object, object]]  # kind and unit, by name
    verified: Sequence[Verification]  # what this step has found out of the moves of runs
    reported: Sequence[int]  # the version that each process has said it serves
    lost: Sequence[int]  # the same of those that died

    def live(self) -> list[str]:
        """The keys of the phases that are ACTIVE or PAUSED."""
        return [key for key, row in self.phases.items() if row["status"] in _LIVE]

    def reserved(self) -> set[str]:
        """The keys of flags that a live run holds."""
        runs = {self.phases[key]["current_run_id"] for key in self.live()}
        return {key for key, row in self.flags.items() if row["run_id"] in runs}

    def is_blocked(self) -> bool:
        """Whether nothing may be activated now."""
        severe = any(row["severity"] in ("high", "critical") for row in self.open_incidents())
        return severe or bool(self.sick)

    def open_incidents(self) -> list[Row]:
        """The oldest first."""
        return [row for row in self.incidents if row["status"] in ("open", "investigating")]


async def observe(system: System, after: int = 0) -> Observation:
    """Read everything in one statement. `after`: the position of the newest known event."""
    (row,) = await system.ground.observer.fetch(_EVERYTHING, after)
    changes = {item["event_id"]: item for item in row["changes"]}
    return Observation(
        at=system.clock(),
        seq=row["seq"],
        set_version=row["set_version"],
        flags=_by("flag_key", row["feature_flags"]),
        phases=_by("key", row["launch_phases"]),
        links=_links(row),
        runs={str(item["id"]): item for item in row["phase_runs"]},
        incidents=row["launch_incidents"],
        criteria=row["criterion_statuses"],
        silences=row["launch_silences"],
        events=[_with_change(item, changes.get(item["id"])) for item in row["launch_events"]],
        database_away=system.database_away,
        processes=tuple(sorted(system.processes)),
        sick=tuple(c.value for c, p in system.probes.items() if p.outcome is Outcome.FAILED),
        metrics={item["name"]: (item["kind"], item["unit"]) for item in row["custom_metrics"]},
        verified=system.take_verified(),
        reported=[p.reported for p in system.processes.values() if p.reported is not None],
        lost=tuple(system.lost),
    )


def _with_change(event: Row, change: Row | None) -> Row:
    """An event with its audit row, where it has one."""
    audit = {name: change[name] if change else None for name in ("before", "after", "reason")}
    return {**event, **audit, "change_id": change["id"] if change else None}


def _by(name: str, rows: Sequence[Row]) -> Mapping[str, Row]:
    return {str(row[name]): row for row in rows}


def _links(row: Row) -> Mapping[str, Mapping[str, float | None]]:
    phases = {item["id"]: item["key"] for item in row["launch_phases"]}
    flags = {item["id"]: item["flag_key"] for item in row["feature_flags"]}
    links: dict[str, dict[str, float | None]] = {}
    for link in row["launch_phase_flags"]:
        target = None if link["target_percentage"] is None else float(link["target_percentage"])
        links.setdefault(phases[link["phase_id"]], {})[flags[link["flag_id"]]] = target
    return links


def _all_of(table: str, order: str, condition: str = "true") -> str:
    """A column with the rows of a table as an array of records."""
    return (
        f"coalesce((SELECT array_agg(t ORDER BY {order}) FROM {table} AS t WHERE {condition}), "
        f"'{{}}') AS {table}"
    )


_TABLES = (
    ("feature_flags", "t.flag_key"),
    ("launch_phases", "t.key"),
    ("launch_phase_flags", "t.position"),
    ("phase_runs", "t.number"),
    ("launch_incidents", "t.number"),
    ("criterion_statuses", "t.criterion_key"),
    ("launch_silences", "t.created_at"),
    ("custom_metrics", "t.name"),
)
_NEW_EVENTS = "SELECT id FROM launch_events WHERE seq > $1"
_EVERYTHING = "SELECT " + ", ".join(
    (
        "(SELECT seq FROM launch_event_counter) AS seq",
        "launch_flag_set_version() AS set_version",
        *(_all_of(*names) for names in _TABLES),
        _all_of("launch_events", "t.seq", "t.seq > $1"),
        _all_of("changes", "t.event_id", f"t.event_id IN ({_NEW_EVENTS})"),
    )
)
