"""SQL about journeys: runs by their subjects, counts by the moment at which runs began."""

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

PACKED = -1  # the bucket of a row that has all durations of its cohort


@dataclass(frozen=True, slots=True)
class Owner:
    """A supplier, as runs know it."""

    user_id: UUID
    vendor_type: str | None


@dataclass(frozen=True, slots=True)
class Addition:
    """What to add to one number of the cohort that began at a moment."""

    key: JourneyKey
    started_at: datetime
    cell: Cell
    number: int


async def owners(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Owner]:
    """Suppliers by their own id and by that of their user, whichever was asked for."""
    query = select(Supplier.id, Supplier.user_id, Supplier.vendor_type).where(
        or_(Supplier.id.in_(ids), Supplier.user_id.in_(ids))
    )
    found: dict[UUID, Owner] = {}
    for supplier_id, user_id, vendor in await session.execute(query):
        owner = Owner(user_id, vendor.value if vendor else None)
        found |= {supplier_id: owner, user_id: owner}
    return found


async def runs(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, Run]:
    """Runs by journey and subject, locked in one order until the end of the transaction."""
    query = (
        select(JourneyRun)
        .where(tuple_(JourneyRun.journey, JourneyRun.subject_id).in_(keys))
        .order_by(JourneyRun.journey, JourneyRun.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.journey, row.subject_id): _run(row) for row in await session.scalars(query)}


async def save(session: AsyncSession, changed: Mapping[Key, Run]) -> None:
    """Write runs, new or known."""
    statement = insert(JourneyRun).values([_row(key, run) for key, run in changed.items()])
    fresh = {
        name: statement.excluded[name]
        for name in ("vendor_type", "moved_at", "step", "done", "outcome")
    }
    await session.execute(
        statement.on_conflict_do_update(index_elements=["journey", "subject_id"], set_=fresh)
    )


# All durations of a cohort lie in one row: as rows of their own they were nine of ten rows that a
# window reads. Their bucket is PACKED, so that processes of before may still add theirs beside it.
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
    """Add to the counts of every resolution, without waiting for anybody who does so too."""
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


async def fold(session: AsyncSession, sizes: Sequence[int], most: int) -> int:
    """Put at most so many additions into the counts of each resolution; how many there were."""
    values = {"sizes": list(sizes), "packed": PACKED, "most": most}
    return int((await session.execute(_FOLD, values)).scalar_one())


async def counted(
    session: AsyncSession, window: Sequence[Tier]
) -> Mapping[JourneyKey, Mapping[Cell, int]]:
    """What became of those who began in a window."""
    found: defaultdict[JourneyKey, Counter[Cell]] = defaultdict(Counter)
    for key, vendor, step, measure, bucket, number, packed in await session.execute(
        counting(window)
    ):
        if bucket != PACKED:
            found[key][Cell(vendor, step, measure, bucket)] += int(number)
            continue
        together: Counter[str] = Counter()
        for histogram in orjson.loads(packed):
            together.update(histogram)
        for spent, many in together.items():
            found[key][Cell(vendor, step, measure, int(spent))] += many
    return found


def counting(window: Sequence[Tier]) -> Counting:
    """The sums of all cohorts of a window; the durations as each cohort has them.

    They are put together here rather than there, which takes longer.
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
    """The same of what has not been folded yet."""
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
    """How many of a window came to the step at which they wait only after a moment."""
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
    found: defaultdict[JourneyKey, dict[str, int]] = defaultdict(dict)
    for key, step, number in await session.execute(query):
        found[key][step or ""] = number
    return found


async def forget(session: AsyncSession, size: int, before: datetime, batch: int) -> int:
    """Remove at most `batch` counts of one resolution, which nobody reads any more; how many."""
    row: ColumnElement[object] = literal_column("ctid")
    where = (JourneyCount.resolution_seconds == size, JourneyCount.cohort_at < before)
    old = select(row).select_from(JourneyCount).where(*where).limit(batch)
    gone = delete(JourneyCount).where(row.in_(old)).returning(JourneyCount.number)
    found = await session.scalars(gone.execution_options(synchronize_session=False))
    return len(found.all())


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
