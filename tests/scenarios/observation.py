"""What the rows say after a step, read past the services by a connection that always works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from domain.health.health import Outcome
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
    database_away: bool
    processes: tuple[int, ...]
    sick: tuple[str, ...]

    def live(self) -> list[str]:
        """The keys of the phases that are ACTIVE or PAUSED."""
        return [key for key, row in self.phases.items() if row["status"] in _LIVE]

    def held(self) -> set[str]:
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


async def observe(system: System) -> Observation:
    """Read everything; there is little of it."""
    connection = system.ground.observer
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return Observation(
            at=system.clock(),
            seq=await connection.fetchval("SELECT seq FROM launch_event_counter"),
            set_version=await connection.fetchval("SELECT launch_flag_set_version()"),
            flags=_by("flag_key", await _rows(connection, "feature_flags", "flag_key")),
            phases=_by("key", await _rows(connection, "launch_phases", "key")),
            links=await _links(connection),
            runs={str(row["id"]): row for row in await _rows(connection, "phase_runs", "number")},
            incidents=await _rows(connection, "launch_incidents", "number"),
            criteria=await _rows(connection, "criterion_statuses", "criterion_key"),
            silences=await _rows(connection, "launch_silences", "created_at"),
            database_away=system.database_away,
            processes=tuple(sorted(system.processes)),
            sick=tuple(c.value for c, p in system.probes.items() if p.outcome is Outcome.FAILED),
        )


async def events_after(connection: asyncpg.Connection, seq: int) -> Sequence[Row]:
    """Events with their audit rows, in the order of the log."""
    rows: Sequence[Row] = await connection.fetch(
        "SELECT event.*, change.id AS change_id, change.before, change.after, change.reason "
        "FROM launch_events AS event LEFT JOIN changes AS change ON change.event_id = event.id "
        "WHERE seq > $1 ORDER BY seq",
        seq,
    )
    return rows


async def _rows(connection: asyncpg.Connection, table: str, order: str) -> Sequence[Row]:
    rows: Sequence[Row] = await connection.fetch(f"SELECT * FROM {table} ORDER BY {order}")
    return rows


def _by(name: str, rows: Sequence[Row]) -> Mapping[str, Row]:
    return {str(row[name]): row for row in rows}


async def _links(connection: asyncpg.Connection) -> Mapping[str, Mapping[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for row in await connection.fetch(
        "SELECT phase.key, flag.flag_key, link.target_percentage AS target "
        "FROM launch_phase_flags AS link JOIN launch_phases AS phase ON phase.id = link.phase_id "
        "JOIN feature_flags AS flag ON flag.id = link.flag_id ORDER BY link.position"
    ):
        target = None if row["target"] is None else float(row["target"])
        found.setdefault(row["key"], {})[row["flag_key"]] = target
    return found
