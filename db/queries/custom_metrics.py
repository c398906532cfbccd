"""SQL about the metrics of outside tools: their names and units (L13)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.metrics import CustomMetric


async def register(session: AsyncSession, units: Mapping[str, str]) -> Mapping[str, str]:
    """Note new metrics with their units; the units of all that are named.

    A metric without a unit takes the first one that comes.
    """
    rows = [{"name": name, "unit": units[name]} for name in sorted(units)]
    new = insert(CustomMetric).values(rows)
    first = (CustomMetric.unit == "") & (new.excluded.unit != "")
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["name"], set_={"unit": new.excluded.unit}, where=first
        )
    )
    return await units_of(session, list(units))


async def units_of(session: AsyncSession, names: Sequence[str]) -> Mapping[str, str]:
    """By name; unknown ones are left out."""
    query = select(CustomMetric.name, CustomMetric.unit).where(CustomMetric.name.in_(names))
    return {row.name: row.unit for row in await session.execute(query)}


async def matching(session: AsyncSession, search: str, limit: int) -> Mapping[str, str]:
    """Units by name of those whose names contain a text, in the order of the names."""
    query = (
        select(CustomMetric.name, CustomMetric.unit)
        .where(CustomMetric.name.contains(search, autoescape=True))
        .order_by(CustomMetric.name)
        .limit(limit)
    )
    return {row.name: row.unit for row in await session.execute(query)}
