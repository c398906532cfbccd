"""SQL that reads a range of the event log for an archive, chooses what stays, and deletes the rest.

On the driver, because these statements may run longer than others are allowed to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.driver import driver_of
from domain.events import (
    FlagChanged,
    HealthChanged,
    IncidentChanged,
    PhaseChanged,
    Subject,
)
from domain.events.kills import KillChanged

_TIMEOUT_SECONDS = 1_800.0
_RANGE_SQL = """
SELECT (SELECT min(seq) FROM launch_events WHERE seq > $1) AS first_seq,
  coalesce((SELECT seq - 1 FROM launch_events WHERE recorded_at >= $2 AND seq IS NOT NULL
    ORDER BY seq LIMIT 1), (SELECT seq FROM launch_event_counter)) AS last_seq
"""
_LAST_ID_SQL = """
SELECT coalesce((SELECT min(id) - 1 FROM launch_events WHERE seq > $1 OR seq IS NULL),
  (SELECT max(id) FROM launch_events), 0)
"""
_COUNT_SQL = """
SELECT count(*) AS events, (SELECT count(*) FROM changes c JOIN launch_events e ON e.id = c.event_id
  WHERE e.seq BETWEEN $1 AND $2) AS changes
FROM launch_events WHERE seq BETWEEN $1 AND $2
"""
# LATERAL: a join of the page with `changes` was planned as a scan of that whole table.
_PAGE_SQL = """
SELECT e.seq, c.changes, json_build_object('event', to_jsonb(e), 'changes', c.rows)::text AS line
FROM (SELECT * FROM launch_events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3) AS e
CROSS JOIN LATERAL (
  SELECT count(*) AS changes, coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.id), '[]') AS rows
  FROM changes c WHERE c.event_id = e.id
) AS c ORDER BY e.seq
"""
# What `launchState(at:)` reads: the last event of each object. Of kills the highest number decides.
_STATES_SQL = """
INSERT INTO event_checkpoints SELECT id FROM (
  SELECT DISTINCT ON (kind, subject) id FROM (
    SELECT id, seq, kind, CASE WHEN kind = $3 THEN payload ->> 'check'
        WHEN kind = $4 THEN payload -> 'record' ->> 'key' ELSE subject_id::text END AS subject,
      CASE WHEN kind = $4 THEN (payload -> 'record' ->> 'number')::bigint ELSE 0 END AS number,
      CASE WHEN kind = $4 THEN payload -> 'record' ->> 'killed' ELSE '' END AS killed,
      CASE WHEN kind = $4 THEN payload -> 'record' ->> 'id' ELSE '' END AS record
    FROM launch_events WHERE kind = ANY($2::text[]) AND seq <= $1
  ) AS state ORDER BY kind, subject, number DESC, killed DESC, record DESC, seq DESC
) AS last ON CONFLICT DO NOTHING
"""
# What evaluations, reverts, suspects and log-ins read: the last change of each object of the
# launch, the last one that had a flag on, invitations of the staff, changes shortly before an
# incident, and both sides of a revert.
_CHANGES_SQL = """
WITH RECURSIVE archived AS MATERIALIZED (
  SELECT c.* FROM changes c JOIN launch_events e ON e.id = c.event_id WHERE e.seq <= $1
), chosen AS (
  (SELECT DISTINCT ON (subject_kind, subject_id) id, event_id, reverts_id FROM archived
    WHERE subject_kind = ANY($2::text[]) ORDER BY subject_kind, subject_id, event_id DESC)
  UNION (SELECT DISTINCT ON (subject_id) id, event_id, reverts_id FROM archived
    WHERE subject_kind = $3 AND (after ->> 'enabled')::boolean
      AND (after ->> 'rolloutPercentage')::float > 0 ORDER BY subject_id, event_id DESC)
  UNION (SELECT DISTINCT ON (subject_id) id, event_id, reverts_id FROM archived
    WHERE subject_kind = $4 AND after ->> 'action' = 'invited' ORDER BY subject_id, event_id DESC)
  UNION SELECT a.id, a.event_id, a.reverts_id FROM incident_episodes i JOIN archived a
    ON a.at >= coalesce(i.first_bad_at, i.detected_at) - $5::interval
      AND a.at < greatest(i.detected_at, i.worsened_at)
    WHERE a.subject_kind = ANY($6::text[])
), with_reverts AS (
  SELECT * FROM chosen
  UNION SELECT a.id, a.event_id, a.reverts_id FROM archived a JOIN chosen c ON a.reverts_id = c.id
  UNION SELECT c.id, c.event_id, c.reverts_id FROM changes c JOIN launch_events e ON e.id = c.event_id
    WHERE c.reverts_id IS NOT NULL AND (e.seq > $1 OR e.seq IS NULL)
), closed AS (
  SELECT * FROM with_reverts
  UNION SELECT c.id, c.event_id, c.reverts_id FROM changes c JOIN closed ON c.id = closed.reverts_id
)
INSERT INTO event_checkpoints SELECT DISTINCT closed.event_id FROM closed
JOIN launch_events e ON e.id = closed.event_id WHERE e.seq <= $1 ON CONFLICT DO NOTHING
"""  # noqa: E501
_BATCH_SQL = """
SELECT array_agg(id) AS ids, max(seq) AS last_seq FROM (
  SELECT id, seq FROM launch_events e WHERE seq > $1 AND seq <= $2
    AND NOT EXISTS (SELECT FROM event_checkpoints k WHERE k.event_id = e.id)
  ORDER BY seq LIMIT $3
) AS old
"""
_STATES = [
    kind.TYPE for kind in (PhaseChanged, FlagChanged, HealthChanged, IncidentChanged, KillChanged)
]
_OBJECTS = [
    Subject.PHASE,
    Subject.FLAG,
    Subject.INCIDENT,
    Subject.SILENCE,
    Subject.TOKEN,
    Subject.WEBHOOK,
]
_SUSPECTS = [Subject.PHASE, Subject.FLAG]


@dataclass(frozen=True, slots=True)
class Line:
    """An event with its audit rows as one line of JSON."""

    seq: int
    changes: int
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Deleted rows: the number of events, and the position of the last one."""

    events: int
    last_seq: int


async def find_range(session: AsyncSession, after: int, before: datetime) -> tuple[int | None, int]:
    """Return the first position after another, and the last one before which all are old.

    Every event up to the last one was recorded before the moment.
    """
    driver = await driver_of(session)
    row = await driver.fetchrow(_RANGE_SQL, after, before, timeout=_TIMEOUT_SECONDS)
    return row["first_seq"], row["last_seq"]


async def find_last_id(session: AsyncSession, last_seq: int) -> int:
    """Return the highest id that is below those of all events after a position."""
    driver = await driver_of(session)
    last_id: int = await driver.fetchval(_LAST_ID_SQL, last_seq, timeout=_TIMEOUT_SECONDS)
    return last_id


async def count(session: AsyncSession, first_seq: int, last_seq: int) -> tuple[int, int]:
    """Count the events of a range and their audit rows."""
    driver = await driver_of(session)
    row = await driver.fetchrow(_COUNT_SQL, first_seq, last_seq, timeout=_TIMEOUT_SECONDS)
    return row["events"], row["changes"]


async def read_page(session: AsyncSession, after: int, last_seq: int, limit: int) -> Sequence[Line]:
    """Read the events after a position up to another, in order."""
    driver = await driver_of(session)
    rows = await driver.fetch(_PAGE_SQL, after, last_seq, limit, timeout=_TIMEOUT_SECONDS)
    return [Line(row["seq"], row["changes"], row["line"]) for row in rows]


async def choose_checkpoint(session: AsyncSession, last_seq: int, lead: timedelta) -> int:
    """Choose the events up to a position whose rows stay, anew; return how many they are.

    `lead`: how long before an incident a change is suspected of it.
    """
    driver = await driver_of(session)
    await driver.execute("DELETE FROM event_checkpoints")
    await driver.execute(
        _STATES_SQL,
        last_seq,
        _STATES,
        HealthChanged.TYPE,
        KillChanged.TYPE,
        timeout=_TIMEOUT_SECONDS,
    )
    await driver.execute(
        _CHANGES_SQL,
        last_seq,
        _OBJECTS,
        Subject.FLAG,
        Subject.USER,
        lead,
        _SUSPECTS,
        timeout=_TIMEOUT_SECONDS,
    )
    number: int = await driver.fetchval("SELECT count(*) FROM event_checkpoints")
    return number


async def delete_batch(
    session: AsyncSession, after: int, last_seq: int, limit: int
) -> Batch | None:
    """Delete up to `limit` events of a range with their audit rows; None if none is left."""
    driver = await driver_of(session)
    await driver.execute("SELECT set_config('launch.archive', 'on', true)")
    row = await driver.fetchrow(_BATCH_SQL, after, last_seq, limit, timeout=_TIMEOUT_SECONDS)
    if row["ids"] is None:
        return None
    await driver.execute("DELETE FROM changes WHERE event_id = ANY($1::bigint[])", row["ids"])
    await driver.execute("DELETE FROM launch_events WHERE id = ANY($1::bigint[])", row["ids"])
    return Batch(len(row["ids"]), row["last_seq"])
