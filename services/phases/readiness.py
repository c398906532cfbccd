"""Collects the facts that readiness is judged on, and judges them (X2, S46, S121)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import criteria_of, rehearsal_of
from db.models.phases import LaunchPhase
from db.queries import alerts, flags, incidents, phases, rehearsals
from domain.alerting.alert_channels import channel_names
from domain.flags import guarded_operations
from domain.health.health import CheckType
from domain.ids import global_id
from domain.phases.criterion_checks import problems
from domain.phases.readiness import (
    HealthEvidence,
    Readiness,
    ReadinessFacts,
    RehearsalEvidence,
    assess,
)
from domain.platform.certificates import Certificate
from services.alerting import silences
from services.health.health import evidence
from services.health.health_monitor import HealthMonitor
from services.metrics import metric_catalog
from services.platform import presence
from services.platform.certificates import CertificateWatch
from settings import Settings


@dataclass(frozen=True, slots=True)
class Gate:
    """Facts from outside the database, collected before the transaction begins."""

    health: Mapping[CheckType, HealthEvidence]
    operators_watching: int
    backup_age: timedelta | None
    backup_configured: bool
    secret: bytes
    alert_channels: Sequence[str] = ()
    certificate: Certificate | None = None


async def open_gate(
    monitor: HealthMonitor,
    redis: Redis,
    settings: Settings,
    secret: bytes,
    now: datetime,
    certificates: CertificateWatch,
) -> Gate:
    """Read health, Redis, disk and the public URL; checks older than 30 s are repeated (S46)."""
    snapshot, certificate = await asyncio.gather(monitor.ensure_fresh(), certificates.look())
    marker = settings.backup_marker_file
    return Gate(
        health=evidence(snapshot),
        operators_watching=await presence.count(redis, now),
        backup_age=await asyncio.to_thread(_age, marker, now) if marker else None,
        backup_configured=marker is not None,
        secret=secret,
        alert_channels=channel_names(url.get_secret_value() for url in settings.alert_urls),
        certificate=certificate,
    )


async def of_phase(
    session: AsyncSession, phase: LaunchPhase, flag_count: int, gate: Gate, now: datetime
) -> Readiness:
    """Judge the readiness of one phase at this moment."""
    busy = await phases.active_elsewhere(session, phase.id, phase.platforms)
    severe = await incidents.severe_open(session)
    criteria = criteria_of(phase.success_criteria)
    guard_flags = await flags.existing_keys(session, guarded_operations.all_flags())
    custom = await metric_catalog.infos_behind(session, criteria)
    facts = ReadinessFacts(
        phase_version=phase.version,
        health=gate.health,
        severe_incidents=[f"#{row.number} {row.title}" for row in severe],
        flag_count=flag_count,
        criteria_problems=problems(criteria, custom),
        silenced_criteria=await silences.suppressed_criteria(session, criteria, now),
        busy_platforms=[f"{row.phase_name} is active" for row in busy],
        operators_watching=gate.operators_watching,
        backup_age=gate.backup_age,
        backup_configured=gate.backup_configured,
        incident_evidence=global_id("Incident", severe[0].id) if severe else None,
        platform_evidence=global_id("LaunchPhase", busy[0].id) if busy else None,
        rehearsal=await _rehearsal(session, phase),
        alert_channels=len(gate.alert_channels),
        certificate=gate.certificate,
        guards=guarded_operations.coverage(guard_flags),
        alerts_tested_at=await _alerts_tested_at(session, gate.alert_channels),
    )
    return assess(facts, phase_key=phase.key, secret=gate.secret, now=now)


async def _rehearsal(session: AsyncSession, phase: LaunchPhase) -> RehearsalEvidence | None:
    row = await rehearsals.newest_ended(session, phase.id)
    state = rehearsal_of(row.rehearsal) if row is not None else None
    if row is None or state is None or state.ended_at is None:
        return None
    return RehearsalEvidence(state.ended_at, state.failure, global_id("PhaseRun", row.id))


async def _alerts_tested_at(session: AsyncSession, channels: Sequence[str]) -> datetime | None:
    """Return when all configured channels had passed a test; removed channels do not count."""
    return await alerts.tested_at(session, channels) if channels else None


def _age(marker: Path, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromtimestamp(marker.stat().st_mtime, tz=now.tzinfo)
    except OSError:
        return None
