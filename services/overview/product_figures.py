"""The product in numbers for `/metrics`: read once per some seconds for any number of requests.

What the database holds is shown while it answers, never from before: old numbers would hide an
outage. Health comes from memory and Redis and says itself what is stale.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from db.queries import product_figures as queries
from db.queries.product_figures import Row
from db.session import Database
from domain.health.health import CheckType, HealthStatus
from domain.incidents.incidents import Severity
from domain.phases.phases import PhaseStatus
from services.health.health_monitor import HealthMonitor

logger = logging.getLogger(__name__)

KEPT_SECONDS = 10.0
# What counts as zero where there is no row: a missing series triggers no alarm.
_ZEROS: Mapping[str, tuple[str, Sequence[str]]] = {
    "launch_phases": ("status", [status.value for status in PhaseStatus]),
    "launch_incidents_open": ("severity", [severity.value for severity in Severity]),
    "launch_alert_messages": ("state", ["waiting", "failed"]),
    "launch_mails_open": ("state", ["untried", "retrying"]),
    "launch_webhooks": ("state", ["active", "paused"]),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One reading of the figures. `rows` is None where the database did not answer."""

    read_at: float
    rows: Mapping[str, Sequence[Row]] | None
    health: Mapping[CheckType, HealthStatus] = field(default_factory=dict)


class ProductFigures:
    """Reads and caches the figures in one process."""

    def __init__(
        self,
        db: Database,
        health: HealthMonitor,
        limit_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read before the first call, which takes `limit_seconds` at most."""
        self._db = db
        self._health = health
        self._limit = limit_seconds
        self._monotonic = monotonic
        self._figures: Figures | None = None
        self._reading = asyncio.Lock()

    async def look(self) -> tuple[Figures, float]:
        """Return the latest reading and its age in seconds, in bounded time; raises nothing."""
        async with self._reading:
            if self._figures is None or self._age(self._figures) >= KEPT_SECONDS:
                self._figures = await self._read()
            return self._figures, self._age(self._figures)

    def _age(self, figures: Figures) -> float:
        return self._monotonic() - figures.read_at

    async def _read(self) -> Figures:
        rows, health = await asyncio.gather(self._rows(), self._states())
        return Figures(self._monotonic(), rows, health)

    async def _rows(self) -> Mapping[str, Sequence[Row]] | None:
        try:
            async with asyncio.timeout(self._limit), self._db.read() as session:
                rows_by_name = await queries.read_all(session, self._db.clock())
        except Exception as error:
            logger.warning("metrics of the product cannot be read: %r", error)
            return None
        return {name: _with_zeros(name, rows) for name, rows in rows_by_name.items()}

    async def _states(self) -> Mapping[CheckType, HealthStatus]:
        try:
            async with asyncio.timeout(self._limit):
                snapshot = await self._health.latest()
        except Exception as error:
            logger.warning("metrics of health cannot be read: %r", error)
            return {}
        return {check: snapshot.state(check).status for check in CheckType}


def _with_zeros(name: str, rows: Sequence[Row]) -> Sequence[Row]:
    if name not in _ZEROS:
        return rows
    label, values = _ZEROS[name]
    numbers = {labels[label]: value for labels, value in rows}
    return [({label: value}, numbers.get(value, 0.0)) for value in values]
