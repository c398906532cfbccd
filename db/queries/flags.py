"""SQL about feature flags: plain columns in, domain flags out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.flags import FeatureFlag, FlagSetVersion
from domain.flags import Flag
from domain.ids import FlagId, PhaseId
from domain.percent import Percent

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
)

FlagRow: TypeAlias = Sequence[Any]  # `select` knows the types of ten columns, these are more


def to_flag(row: FlagRow) -> Flag:
    """The domain flag of a row of COLUMNS."""
    return Flag(
        FlagId(row[0]),
        row[1],
        row[2],
        row[3],
        row[4],
        Percent(row[5]),
        tuple(str(group) for group in row[6]),
        row[7],
        row[8],
        row[9],
        PhaseId(row[10]) if row[10] else None,
        row[11],
        row[12],
        row[13],
    )


def flag_of(row: FeatureFlag) -> Flag:
    """The domain flag of an entity that is being changed."""
    return Flag(
        id=FlagId(row.id),
        key=row.flag_key,
        name=row.flag_name,
        description=row.description,
        enabled=row.enabled,
        rollout_percentage=Percent(row.rollout_percentage),
        target_groups=tuple(str(group) for group in row.target_groups),
        bucket_by=row.bucket_by,
        client_visible=row.client_visible,
        salt=row.salt,
        phase_id=PhaseId(row.launch_phase_id) if row.launch_phase_id else None,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def everything(session: AsyncSession) -> tuple[int, list[Flag]]:
    """The version of the set and all its flags, from one statement and so one moment."""
    query = select(FlagSetVersion.version, *COLUMNS).select_from(FlagSetVersion)
    rows = (await session.execute(query.outerjoin(FeatureFlag, FeatureFlag.id.is_not(None)))).all()
    flags = [to_flag(row[1:]) for row in rows if row[1] is not None]
    return rows[0][0], flags


async def set_version(session: AsyncSession) -> int:
    """The version of the whole set."""
    return (await session.execute(select(FlagSetVersion.version))).scalar_one()


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Flag]:
    """Flags by id."""
    rows = await session.execute(_select().where(FeatureFlag.id.in_(ids)))
    return {row[0]: to_flag(row) for row in rows}


async def by_key(session: AsyncSession, keys: Sequence[str]) -> Mapping[str, Flag]:
    """Flags by key."""
    rows = await session.execute(_select().where(FeatureFlag.flag_key.in_(keys)))
    return {row[1]: to_flag(row) for row in rows}


async def page(
    session: AsyncSession,
    limit: int,
    *,
    after: tuple[datetime, UUID] | None = None,
    where: Sequence[ColumnElement[bool]] = (),
) -> list[Flag]:
    """Flags in the order they were made, after a position."""
    query = _select().where(*where).order_by(FeatureFlag.created_at, FeatureFlag.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(FeatureFlag.created_at, FeatureFlag.id) > after)
    return [to_flag(row) for row in await session.execute(query)]


async def count(session: AsyncSession, where: Sequence[ColumnElement[bool]] = ()) -> int:
    """How many flags there are."""
    query = select(func.count()).select_from(FeatureFlag).where(*where)
    return (await session.execute(query)).scalar_one()


def conditions(
    *, enabled: bool | None, phase_id: UUID | None, search: str | None
) -> list[ColumnElement[bool]]:
    """The WHERE of a filtered list; `search` looks into key and name."""
    found: list[ColumnElement[bool]] = []
    if enabled is not None:
        found.append(FeatureFlag.enabled.is_(enabled))
    if phase_id is not None:
        found.append(FeatureFlag.launch_phase_id == phase_id)
    if search:
        found.append(
            FeatureFlag.flag_key.icontains(search, autoescape=True)
            | FeatureFlag.flag_name.icontains(search, autoescape=True)
        )
    return found


async def lock(session: AsyncSession, keys: Sequence[str]) -> dict[str, FeatureFlag]:
    """Entities to change, locked in one order so that two changes cannot deadlock."""
    query = (
        select(FeatureFlag)
        .where(FeatureFlag.flag_key.in_(keys))
        .order_by(FeatureFlag.flag_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.flag_key: row for row in await session.scalars(query)}


async def lock_by_id(session: AsyncSession, flag_id: UUID) -> FeatureFlag | None:
    """One entity to change."""
    query = select(FeatureFlag).where(FeatureFlag.id == flag_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


def _select() -> Select[*tuple[Any, ...]]:  # as many as COLUMNS
    return select(*COLUMNS)
