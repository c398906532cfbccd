"""SQL about flag set versions and their propagation (X5).

`launch_number_events` creates the rows together with the versions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, cast, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.flags import FlagPropagation
from domain.propagation.propagation import Propagation, within_budget

_COUNTS = ("processes", "total", "acked", "confirmed", "unknown_processes", "unknown_streams")
_TIMES = ("p95_ms", "p99_ms", "slowest_ms", "complete_ms")
_MEASURED = frozenset({*_COUNTS, *_TIMES})


async def save_result(session: AsyncSession, result: Propagation, at: datetime) -> None:
    """Store the measured result of a propagation; later results are ignored.

    Until then `started_at` is the time of the request; `commit_ms` keeps the time to the commit.
    """
    to_commit = func.extract("epoch", result.started_at - FlagPropagation.started_at) * 1000
    measured = {name: value for name, value in asdict(result).items() if name in _MEASURED}
    await session.execute(
        update(FlagPropagation)
        .where(FlagPropagation.version == result.version, FlagPropagation.finished_at.is_(None))
        .values(
            finished_at=at,
            started_at=result.started_at,
            slowest=result.slowest,
            commit_ms=func.greatest(cast(to_commit, Integer), 0),
            **measured,
        )
    )


async def by_version(
    session: AsyncSession, versions: Sequence[int]
) -> Mapping[int, FlagPropagation]:
    """Return propagations by version; direct SQL edits have none."""
    rows = await session.scalars(
        select(FlagPropagation).where(FlagPropagation.version.in_(versions))
    )
    return {row.version: row for row in rows}


async def of_run(session: AsyncSession, run_id: UUID) -> list[FlagPropagation]:
    """Return all versions that a run made, in order."""
    query = select(FlagPropagation).where(FlagPropagation.run_id == run_id)
    return list(await session.scalars(query.order_by(FlagPropagation.version)))


async def newest_of_runs(
    session: AsyncSession, run_ids: Sequence[UUID], actions: Sequence[str]
) -> Mapping[UUID, FlagPropagation]:
    """Return the newest version that each run made with one of these actions."""
    query = (
        select(FlagPropagation)
        .ext(distinct_on(FlagPropagation.run_id))
        .where(FlagPropagation.run_id.in_(run_ids), FlagPropagation.action.in_(actions))
        .order_by(FlagPropagation.run_id, FlagPropagation.version.desc())
    )
    return {row.run_id: row for row in await session.scalars(query) if row.run_id is not None}


async def unfinished(session: AsyncSession, limit: int) -> list[FlagPropagation]:
    """Return versions without a result, oldest first."""
    query = select(FlagPropagation).where(FlagPropagation.finished_at.is_(None))
    return list(await session.scalars(query.order_by(FlagPropagation.started_at).limit(limit)))


def result_of(row: FlagPropagation, now: datetime) -> Propagation:
    """Build the propagation of a row, which may not have a result yet."""
    result = Propagation(
        version=row.version,
        started_at=row.started_at,
        complete=row.complete_ms is not None,
        slowest=row.slowest,
        commit_ms=row.commit_ms,
        **{name: getattr(row, name) for name in _MEASURED},
    )
    age = now - row.started_at
    within = within_budget(result.complete_ms, result.slowest_ms, result.waiting, age)
    return replace(result, within_budget=within)
