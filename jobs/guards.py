"""What guards a launch with every tick: limits, success criteria, then the ramps (X1, S64)."""

import logging
from collections.abc import Awaitable
from datetime import timedelta

from db.session import Database
from services.health.health_monitor import HealthMonitor
from services.incidents.incident_causes import promote_left_over
from services.metrics.metric_probe import MetricReader
from services.phases import ramps
from services.phases.criteria import judge_phases
from services.phases.pacing import pace_of
from services.phases.thresholds import judge_thresholds
from settings import Settings

logger = logging.getLogger(__name__)


async def guard(db: Database, monitor: HealthMonitor, settings: Settings) -> None:
    """One tick; what fails of it keeps nothing else from being done."""
    interval = timedelta(seconds=settings.health_interval_seconds)
    reader = MetricReader(db)
    await _try("criteria", judge_phases(db, reader, interval))
    await _try("thresholds", judge_thresholds(db, reader, interval))
    await _try("incidents", promote_left_over(db))
    await _try("ramps", _sweep(db, monitor, settings))


async def _sweep(db: Database, monitor: HealthMonitor, settings: Settings) -> None:
    await ramps.sweep(db, await pace_of(monitor, settings))


async def _try(name: str, work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:
        logger.exception("guards: %s failed and go on with the next tick", name)
