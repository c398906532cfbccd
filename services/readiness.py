"""Collect what readiness is judged on, and judge (SPEC X2, S46, S121)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import criteria_of
from db.models.phases import LaunchPhase
from db.queries import incidents, phases
from domain.criteria import problems
from domain.health import CheckType
from domain.readiness import Facts, HealthEvidence, Readiness, assess
from services import presence
from services.health import evidence
from services.health_monitor import HealthMonitor
from settings import Settings


@dataclass(frozen=True, slots=True)
class Gate:
    """What cannot be read in the transaction: asked for before it opens."""

    health: Mapping[CheckType, HealthEvidence]
    operators_watching: int
    backup_age: timedelta | None
    backup_configured: bool
    secret: bytes


async def open_gate(
    monitor: HealthMonitor, redis: Redis, settings: Settings, secret: bytes, now: datetime
) -> Gate:
    """Ask health, Redis and the disk; checks older than 30 s are run again (SPEC S46)."""
    snapshot = await monitor.ensure_fresh()
    marker = settings.backup_marker
    return Gate(
        health=evidence(snapshot),
        operators_watching=await presence.count(redis, now),
        backup_age=await asyncio.to_thread(_age, marker, now) if marker else None,
        backup_configured=marker is not None,
        secret=secret,
    )


async def of_phase(
    session: AsyncSession, phase: LaunchPhase, flag_count: int, gate: Gate, now: datetime
) -> Readiness:
    """The readiness of one phase at this moment."""
    busy = await phases.active_elsewhere(session, phase.id, phase.platforms)
    severe = await incidents.severe_open(session)
    facts = Facts(
        phase_version=phase.version,
        health=gate.health,
        severe_incidents=[f"#{row.number} {row.title}" for row in severe],
        flag_count=flag_count,
        criteria_problems=problems(criteria_of(phase.success_criteria)),
        busy_platforms=[f"{row.phase_name} is active" for row in busy],
        operators_watching=gate.operators_watching,
        backup_age=gate.backup_age,
        backup_configured=gate.backup_configured,
    )
    return assess(facts, phase_key=phase.key, secret=gate.secret, now=now)


def _age(marker: Path, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromtimestamp(marker.stat().st_mtime, tz=now.tzinfo)
    except OSError:
        return None
