"""SQL about journeys: runs by subject, counts by the start time of runs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    cast,
    delete,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.journeys import JourneyAddition, JourneyCount, JourneyRun
from db.models.suppliers import Supplier
from domain.actors import VendorType
from domain.journeys.journey_counts import Cell, Measure
from domain.journeys.journeys import JourneyKey, Outcome, Run
from domain.platform.time_ranges import Tier

Key = tuple[JourneyKey, UUID]
Counted = Select[JourneyKey, str, str, Measure, int, int, str]
Counting = CompoundSelect[JourneyKey, str, str, Measure, int, int, str]

PACKED = -1  # bucket of the row that has all durations of a cohort


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a supplier's runs."""

    user_id: UUID
    vendor_type: str | None


@dataclass(frozen=True, slots=True)
class Addition:
    """A number to add to one cell of the cohort that began at a time."""

    key: JourneyKey
    started_at: datetime
    cell: Cell
    number: int


async def owners(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Owner]:
    """Return suppliers by their own id and by the id of their user."""
    query = select(Supplier.id, Supplier.user_id, Supplier.vendor_type).where(
        or_(Supplier.id.in_(ids), Supplier.user_id.in_(ids))
    )
    owners_by_id: dict[UUID, Owner] = {}
    for supplier_id, user_id, vendor in await session.execute(query):
        owner = Owner(user_id, vendor.value if vendor else None)
        owners_by_id |= {supplier_id: owner, user_id: owner}
    return owners_by_id


async def runs(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, Run]:
    """Lock runs in one order until the end of the transaction."""
    query = (
        select(JourneyRun)
        .where(tuple_(JourneyRun.journey, JourneyRun.subject_id).in_(keys))
        .order_by(JourneyRun.journey, JourneyRun.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.journey, row.subject_id): _run(row) for row in await session.scalars(query)}


async def save(session: AsyncSession, changed: Mapping[Key, Run]) -> None:
    """Insert or update runs."""
    statement = insert(JourneyRun).values([_row(key, run) for key, run in changed.items()])
    fresh = {
        name: statement.excluded[name]
        for name in ("vendor_type", "moved_at", "step", "done", "outcome")
    }
    await session.execute(
        statement.on_conflict_do_update(index_elements=["journey", "subject_id"], set_=fresh)
    )


# All durations of a cohort are in one row: as separate rows they were nine of ten rows that a
# window reads. Their bucket is PACKED, so that processes of older releases can still add their
# rows.
_FOLD = text("""
WITH added AS (
  DELETE FROM journey_additions WHERE id IN (
    SELECT id FROM journey_additions ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
  ) RETURNING began_at, journey, vendor_type, step, measure, bucket, number
), cells AS (
  SELECT size, date_bin(make_interval(secs => size), began_at, 'epoch') AS cohort_at,
         journey, vendor_type, step, measure, bucket, sum(number) AS number
  FROM added CROSS JOIN unnest(CAST(:sizes AS int[])) AS size
  GROUP BY 1, 2, 3, 4, 5, 6, 7
), folded AS (
INSERT INTO journey_counts
  (resolution_seconds, cohort_at, journey, vendor_type, step, measure, bucket, number, durations)
SELECT size, cohort_at, journey, vendor_type, step, measure,
       CASE WHEN measure = 'seconds' THEN CAST(:packed AS int) ELSE 0 END, sum(number),
       CASE WHEN measure = 'seconds' THEN jsonb_object_agg(bucket, number) ELSE '{}' END
FROM cells
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (resolution_seconds, cohort_at, journey, vendor_type, step, measure, bucket)
DO UPDATE SET number = journey_counts.number + excluded.number,
  durations = CASE WHEN excluded.durations = '{}' THEN journey_counts.durations ELSE (
    SELECT coalesce(jsonb_object_agg(key, number), '{}')
    FROM (SELECT key, sum(value::int) AS number
          FROM (SELECT * FROM jsonb_each_text(journey_counts.durations)
                UNION ALL SELECT * FROM jsonb_each_text(excluded.durations)) AS both_of_them
          GROUP BY key HAVING sum(value::int) <> 0) AS summed
  ) END
)
SELECT count(*) FROM added
""")


async def add(session: AsyncSession, added: Sequence[Addition]) -> None:
    """Add to the counts of every resolution without waiting for concurrent writers."""
    rows = [
        {
            "began_at": item.started_at,
            "journey": item.key,
            "vendor_type": item.cell.vendor_type,
            "step": item.cell.step,
            "measure": item.cell.measure,
            "bucket": item.cell.bucket,
            "number": item.number,
        }
        for item in added
    ]
    if rows:
        await session.execute(insert(JourneyAddition), rows)


async def fold(session: AsyncSession, sizes: Sequence[int], limit: int) -> int:
    """Fold at most `most` additions into the counts of each resolution.

    Return how many were folded.
    """
    values = {"sizes": list(sizes), "packed": PACKED, "most": limit}
    return int((await session.execute(_FOLD, values)).scalar_one())


async def counted(
    session: AsyncSession, window: Sequence[Tier]
) -> Mapping[JourneyKey, Mapping[Cell, int]]:
    """Return the counts of the runs that began in a window."""
    totals: defaultdict[JourneyKey, Counter[Cell]] = defaultdict(Counter)
    for key, vendor, step, measure, bucket, number, packed in await session.execute(
        counting(window)
    ):
        if bucket != PACKED:
            totals[key][Cell(vendor, step, measure, bucket)] += int(number)
            continue
        durations: Counter[str] = Counter()
        for histogram in orjson.loads(packed):
            durations.update(histogram)
        for spent, runs in durations.items():
            totals[key][Cell(vendor, step, measure, int(spent))] += runs
    return totals


def counting(window: Sequence[Tier]) -> Counting:
    """Select the sums of all cohorts of a window, and the durations of each cohort.

    The durations are merged in Python, which is faster than in the database.
    """
    columns = (
        JourneyCount.journey,
        JourneyCount.vendor_type,
        JourneyCount.step,
        JourneyCount.measure,
        JourneyCount.bucket,
    )
    within = (
        (JourneyCount.resolution_seconds == tier.resolution)
        & (JourneyCount.cohort_at >= tier.start)
        & (JourneyCount.cohort_at < tier.end)
        for tier in window
    )
    total = func.sum(JourneyCount.number)
    packed = func.json_agg(JourneyCount.durations).filter(JourneyCount.bucket == PACKED)
    folded = select(*columns, total, cast(packed, Text)).where(or_(false(), *within))
    return folded.group_by(*columns).union_all(_waiting(window))


def _waiting(window: Sequence[Tier]) -> Counted:
    """Select the sums of additions that are not folded yet."""
    columns = (
        JourneyAddition.journey,
        JourneyAddition.vendor_type,
        JourneyAddition.step,
        JourneyAddition.measure,
        JourneyAddition.bucket,
    )
    within = (
        (JourneyAddition.began_at >= tier.start) & (JourneyAddition.began_at < tier.end)
        for tier in window
    )
    total = func.sum(JourneyAddition.number)
    waiting = select(*columns, total, cast(null(), Text)).where(or_(false(), *within))
    return waiting.group_by(*columns)


async def moving(
    session: AsyncSession, since: datetime, start: datetime, end: datetime
) -> Mapping[JourneyKey, Mapping[str, int]]:
    """Count the runs of a window that reached their current step after `since`."""
    query = (
        select(JourneyRun.journey, JourneyRun.step, func.count())
        .where(
            JourneyRun.outcome == Outcome.RUNNING,
            JourneyRun.moved_at > since,
            JourneyRun.started_at >= start,
            JourneyRun.started_at < end,
        )
        .group_by(JourneyRun.journey, JourneyRun.step)
    )
    waiting_runs: defaultdict[JourneyKey, dict[str, int]] = defaultdict(dict)
    for key, step, number in await session.execute(query):
        waiting_runs[key][step or ""] = number
    return waiting_runs


async def delete_expired(session: AsyncSession, size: int, before: datetime, batch: int) -> int:
    """Delete at most `batch` expired counts of one resolution; return how many were deleted."""
    row: ColumnElement[object] = literal_column("ctid")
    where = (JourneyCount.resolution_seconds == size, JourneyCount.cohort_at < before)
    old = select(row).select_from(JourneyCount).where(*where).limit(batch)
    gone = delete(JourneyCount).where(row.in_(old)).returning(JourneyCount.number)
    deleted = await session.scalars(gone.execution_options(synchronize_session=False))
    return len(deleted.all())


def _run(row: JourneyRun) -> Run:
    done = {
        str(key): datetime.fromisoformat(str(at)) if at else None
        for key, at in (pair for pair in row.done if isinstance(pair, list))
    }
    vendor = row.vendor_type.value if row.vendor_type else None
    return Run(row.journey, row.started_at, row.moved_at, vendor, done, row.outcome)


def _row(key: Key, run: Run) -> dict[str, object]:
    return {
        "journey": run.key,
        "subject_id": key[1],
        "vendor_type": VendorType(run.vendor_type) if run.vendor_type else None,
        "started_at": run.started_at,
        "moved_at": run.moved_at,
        "step": run.step,
        "done": [[step, at.isoformat() if at else None] for step, at in run.done.items()],
        "outcome": run.outcome,
    }
