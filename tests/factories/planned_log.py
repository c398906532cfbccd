"""Incidents, events and changes with all possible columns, for query plans."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import text

from db.drafts import Audit
from db.session import Database
from domain.actors import Actor, ActorKind, system_actor
from domain.events import Event, FlagChanged, HealthChanged, IncidentChanged, PhaseChanged
from domain.events.alerts import AlertSent
from domain.flags.flags import FlagState
from domain.health.health import CheckType, HealthStatus
from domain.ids import FlagId, IncidentId, PhaseId
from domain.incidents.incidents import IncidentStatus, Severity
from domain.phases.phases import PhaseStatus
from domain.platform.percent import EVERYBODY, NOBODY

FILL = """
INSERT INTO api_tokens (name, prefix, token_hash, scopes, expires_at)
  SELECT 'for bob@x.test ' || n, 'lt_' || n, sha256(n::text::bytea),
    (ARRAY['{flags:read,launch:read}', '{}', '{of:tomorrow,health:read}'])[n]::text[],
    CASE n WHEN 1 THEN '2120-01-01Z'::timestamptz END
  FROM generate_series(1, 3) n;
INSERT INTO launch_incidents (incident_type, severity, title, description, user_impact, status,
    phase_id, dedup_key, occurrences, acknowledged_at, acknowledged_by_kind, acknowledged_by_id,
    acknowledged_by_label, assignee_id, resolution_notes, resolved_at, created_at)
  SELECT 'payment', (ARRAY['low', 'high', 'critical'])[1 + n % 3], 'Trouble ' || n,
    CASE WHEN n % 2 = 0 THEN 'tell eve@x.test "now"' END, CASE WHEN n % 3 = 0 THEN 'none' END,
    (ARRAY['open', 'investigating', 'resolved', 'closed'])[1 + n % 4],
    CASE WHEN n % 3 = 1 THEN (SELECT id FROM launch_phases WHERE key = 'phase_2') END,
    'key_' || n, n, CASE WHEN n % 5 > 0 THEN now() END,
    (ARRAY[NULL, 'user', 'token', 'system', 'user'])[1 + n % 5],
    CASE n % 5 WHEN 1 THEN (SELECT id FROM users ORDER BY email LIMIT 1)
      WHEN 2 THEN (SELECT id FROM api_tokens ORDER BY prefix LIMIT 1)
      WHEN 4 THEN gen_random_uuid() END,
    CASE WHEN n % 5 > 0 AND n % 2 = 0 THEN 'somebody@x.test' END,
    CASE WHEN n % 4 = 1 THEN (SELECT id FROM users ORDER BY email OFFSET 2 LIMIT 1) END,
    CASE WHEN n % 4 > 1 THEN 'It was a cable.' END, CASE WHEN n % 4 > 1 THEN now() END,
    '2026-10-01'::timestamptz + (n / 2) * interval '1 second'
  FROM generate_series(1, 12) n;
INSERT INTO incident_episodes (incident_id, number, title, description, severity, phase_id,
    first_bad_at, detected_at, acknowledged_at, ended_at, explanation, value, unit, observed_at)
  SELECT i.id, n, 'Episode ' || n, i.description, i.severity, i.phase_id,
    CASE WHEN i.number % 2 = 0 THEN '2026-10-01T00:00:00.25Z'::timestamptz END,
    '2026-10-01T00:00:01Z', NULL, CASE WHEN n = 1 THEN now() ELSE i.resolved_at END,
    CASE WHEN n = 2 THEN '12.5 ms, limit 10 ms (a@x.test)' END,
    (ARRAY[12.5, NULL, 3])[1 + i.number % 3], CASE WHEN n = 2 THEN 'ms' ELSE '' END, now()
  FROM launch_incidents i, generate_series(1, 2) n;
"""
OFF, ON = FlagState(False, NOBODY, (), 1), FlagState(True, EVERYBODY, ("supplier",), 2)
SNAPSHOT: dict[str, object] = {"enabled": False, "rollout_percentage": 5.5, "name": "a@x.test"}


async def _ids(db: Database, table: str) -> list[UUID]:
    async with db.read() as session:
        rows = await session.scalars(text(f"SELECT id FROM {table} ORDER BY id"))
        return list(rows)


def _phase(key: UUID, number: int) -> tuple[Event, Audit | None]:
    event = PhaseChanged(
        phase_id=PhaseId(key),
        key="phase",
        name=f"Phase {number}",
        action="edited" if number % 2 else "activated",
        before=None if number % 3 == 0 else PhaseStatus.PLANNED,
        after=PhaseStatus.ACTIVE,
        version=number,
        reason="ask bob@x.test" if number % 2 else None,
    )
    return event, Audit(key, None, {"steps": [{"hold_seconds": number}]}, event.reason)


def _flag(key: UUID, number: int) -> tuple[Event, Audit | None]:
    event = FlagChanged(flag_id=FlagId(key), key="flag", action="switched on", before=OFF, after=ON)
    return event, Audit(key, SNAPSHOT, {**SNAPSHOT, "enabled": True, "big": 10**20 + number})


def _others(incident: UUID) -> Iterator[tuple[Event, Audit | None]]:
    yield (
        HealthChanged(
            check=CheckType.DATABASE, before=HealthStatus.HEALTHY, after=HealthStatus.CRITICAL
        ),
        None,
    )
    yield (
        IncidentChanged(
            incident_id=IncidentId(incident),
            number=1,
            title="Trouble of eve@x.test",
            action="opened",
            severity=Severity.HIGH,
            before=None,
            after=IncidentStatus.OPEN,
            note="write to eve@x.test",
        ),
        None,
    )
    yield (
        AlertSent(incident_id=None, channel="mail", delivered=False, latency_ms=None, title="x"),
        None,
    )


async def fill_log(db: Database) -> None:
    """Insert incidents with episodes, and a log with an audit; call `planned_rows.fill` first."""
    async with db.write() as uow:
        for statement in FILL.split(";\n"):
            if statement.strip():
                await uow.session.execute(
                    text(statement.replace(":", "\\:").replace("\\:\\:", "::"))
                )
    users, tokens = await _ids(db, "users"), await _ids(db, "api_tokens")
    incidents = await _ids(db, "launch_incidents")
    actors = [
        system_actor("worker"),
        Actor(ActorKind.USER, users[0], "first@x.test"),
        Actor(ActorKind.USER, uuid4(), "gone@x.test"),
        Actor(ActorKind.TOKEN, tokens[0], "a token"),
    ]
    drafts = [_phase(key, n) for n, key in enumerate(await _ids(db, "launch_phases"))]
    drafts += [_flag(key, n) for n, key in enumerate([*await _ids(db, "feature_flags"), uuid4()])]
    drafts += _others(incidents[0])
    for number, (event, audit) in enumerate(drafts):
        async with db.write() as uow:
            moment = datetime(2026, 10, 1, 0, 0, number, number * 100, tzinfo=UTC)
            uow.record(actors[number % len(actors)], event, audit, moment)
    await db.positions.number()
