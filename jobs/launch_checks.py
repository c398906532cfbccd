"""The periodic checks of a launch: criteria, limits, incidents, then the ramps (X1, S64)."""

import logging
from collections.abc import Awaitable
from datetime import timedelta

from db.session import Database
from services.health.health_monitor import HealthMonitor
from services.incidents.incident_causes import promote_dependents
from services.metrics.metric_probe import MetricReader
from services.phases import ramps
from services.phases.criteria import judge_phases
from services.phases.pacing import load_pacing_context
from services.phases.thresholds import judge_thresholds
from settings import Settings

logger = logging.getLogger(__name__)


async def check_launch(db: Database, monitor: HealthMonitor, settings: Settings) -> None:
    """Run every check once; an error in one of them does not stop the others."""
    interval = timedelta(seconds=settings.health_interval_seconds)
    reader = MetricReader(db)
    await _try("criteria", judge_phases(db, reader, interval))
    await _try("thresholds", judge_thresholds(db, reader, interval))
    await _try("incidents", promote_dependents(db))
    await _try("ramps", _advance_ramps(db, monitor, settings))


async def _advance_ramps(db: Database, monitor: HealthMonitor, settings: Settings) -> None:
    await ramps.sweep(db, await load_pacing_context(monitor, settings))


async def _try(name: str, work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:
        logger.exception("launch checks: %s failed; retrying at the next tick", name)
