"""SQL about feature flags; rows become domain flags."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.flags import FeatureFlag
from db.queries.pages import Moments, ordered
from domain.flags.flags import Flag
from domain.flags.run_holds import FlagParts, FlagValues, RunHold
from domain.ids import FlagId, PhaseId
from domain.platform.percent import Percent

COLUMNS = (
    FeatureFlag.id,
    FeatureFlag.flag_key,
    FeatureFlag.flag_name,
    FeatureFlag.description,
    FeatureFlag.enabled,
    FeatureFlag.rollout_percentage,
    FeatureFlag.target_groups,
    FeatureFlag.bucket_by,
    FeatureFlag.client_visible,
    FeatureFlag.salt,
    FeatureFlag.launch_phase_id,
    FeatureFlag.version,
    FeatureFlag.created_at,
    FeatureFlag.updated_at,
    FeatureFlag.run_id,
    FeatureFlag.run_switch,
    FeatureFlag.run_target,
    FeatureFlag.run_step,
    FeatureFlag.run_ceiling,
    FeatureFlag.run_ceiling_by,
    FeatureFlag.zero_chosen,
    FeatureFlag.cohort_salt,
)

ORDER = (FeatureFlag.created_at, FeatureFlag.id)  # of a list and its cursor

FlagRow: TypeAlias = Sequence[Any]  # `select` has types for ten columns at most


def to_flag(row: FlagRow) -> Flag:
    """Build the domain flag from a row with the columns COLUMNS."""
    parts = _parts(FlagValues(row[4], Percent(row[5])), row[14:21])
    in_force = parts.in_force
    return Flag(
        FlagId(row[0]),
        row[1],
        row[2],
        row[3],
        in_force.enabled,
        in_force.percentage,
        tuple(str(group) for group in row[6]),
        row[7],
        row[8],
        row[21] or row[9],
        PhaseId(row[10]) if row[10] else None,
        row[11],
        row[12],
        row[13],
        parts,
        row[21],
    )


def flag_of(row: FeatureFlag) -> Flag:
    """Build the domain flag of a row that is being changed."""
    return to_flag([getattr(row, column.key) for column in COLUMNS])


def parts_of(row: FeatureFlag) -> FlagParts:
    """Return what the owner and the run want, from a row that is being changed."""
    return flag_of(row).wanted


def write_parts(row: FeatureFlag, parts: FlagParts) -> None:
    """Write the parts to their columns; SQLAlchemy sends those that differ."""
    for name, value in columns_of(parts).items():
        setattr(row, name, value)


def columns_of(parts: FlagParts) -> Mapping[str, object]:
    """Return the column values of the parts."""
    hold = parts.hold
    return {
        "enabled": parts.owner.enabled,
        "rollout_percentage": parts.owner.percentage,
        "zero_chosen": parts.zero_chosen,
        "run_id": hold.run_id if hold else None,
        "run_switch": hold.switch if hold else None,
        "run_target": hold.target if hold else None,
        "run_step": hold.step if hold else None,
        "run_ceiling": hold.ceiling if hold else None,
        "run_ceiling_by": hold.ceiling_by if hold else None,
    }


def _parts(owner: FlagValues, run: FlagRow) -> FlagParts:
    if run[0] is None:
        return FlagParts(owner, None, run[6])
    target, step, ceiling = (None if share is None else Percent(share) for share in run[2:5])
    return FlagParts(owner, RunHold(run[0], run[1], target, step, ceiling, run[5]), run[6])


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Flag]:
    """Load flags by id."""
    rows = await session.execute(_select().where(FeatureFlag.id.in_(ids)))
    return {row[0]: to_flag(row) for row in rows}


async def by_key(session: AsyncSession, keys: Sequence[str]) -> Mapping[str, Flag]:
    """Load flags by key."""
    rows = await session.execute(_select().where(FeatureFlag.flag_key.in_(keys)))
    return {row[1]: to_flag(row) for row in rows}


async def existing_keys(session: AsyncSession, keys: Collection[str]) -> frozenset[str]:
    """Return those of the keys that exist."""
    query = select(FeatureFlag.flag_key).where(FeatureFlag.flag_key.in_(sorted(keys)))
    return frozenset(await session.scalars(query))


async def page(
    session: AsyncSession,
    part: Moments,
    where: Sequence[ColumnElement[bool]] = (),
) -> list[Flag]:
    """Return a page of flags, oldest first."""
    query = ordered(_select().where(*where), part, *ORDER)
    return [to_flag(row) for row in await session.execute(query)]


async def count(session: AsyncSession, where: Sequence[ColumnElement[bool]] = ()) -> int:
    """Count the flags."""
    query = select(func.count()).select_from(FeatureFlag).where(*where)
    return (await session.execute(query)).scalar_one()


def conditions(
    *,
    enabled: bool | ColumnElement[bool] | None,
    phase_id: UUID | ColumnElement[UUID] | None,
    search: str | None,
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of a filtered list; `search` matches key and name."""
    clauses: list[ColumnElement[bool]] = []
    if enabled is not None:
        clauses.append(FeatureFlag.enabled_in_force == enabled)
    if phase_id is not None:
        clauses.append(FeatureFlag.launch_phase_id == phase_id)
    if search:
        clauses.append(
            FeatureFlag.flag_key.icontains(search, autoescape=True)
            | FeatureFlag.flag_name.icontains(search, autoescape=True)
        )
    return clauses


async def lock(session: AsyncSession, keys: Sequence[str]) -> dict[str, FeatureFlag]:
    """Lock flags in key order, so that two changes cannot deadlock."""
    query = (
        select(FeatureFlag)
        .where(FeatureFlag.flag_key.in_(keys))
        .order_by(FeatureFlag.flag_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.flag_key: row for row in await session.scalars(query)}


async def insert_all(session: AsyncSession, new: Sequence[dict[str, Any]]) -> Sequence[FeatureFlag]:
    """Insert flags with one statement and return them in the same order."""
    if not new:
        return []
    rows = await session.scalars(insert(FeatureFlag).returning(FeatureFlag), list(new))
    by_key = {row.flag_key: row for row in rows}
    return [by_key[values["flag_key"]] for values in new]


async def in_force(session: AsyncSession, keys: Sequence[str]) -> Mapping[str, FlagValues]:
    """Return the values in force, which PostgreSQL computes from the rows of this transaction."""
    await session.flush()
    columns = (
        FeatureFlag.flag_key,
        FeatureFlag.enabled_in_force,
        FeatureFlag.percentage_in_force,
    )
    rows = await session.execute(select(*columns).where(FeatureFlag.flag_key.in_(keys)))
    return {row[0]: FlagValues(row[1], Percent(row[2])) for row in rows}


async def lock_by_id(session: AsyncSession, flag_id: UUID) -> FeatureFlag | None:
    """Lock one flag."""
    query = select(FeatureFlag).where(FeatureFlag.id == flag_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


def _select() -> Select[*tuple[Any, ...]]:  # as many as COLUMNS
    return select(*COLUMNS)
