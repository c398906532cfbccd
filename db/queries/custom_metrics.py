"""SQL about metrics of external tools: names, kinds, units and last values (L13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, case, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.metrics import CustomMetric
from domain.metrics.metrics import MetricInfo, MetricKind

Infos = Mapping[str, MetricInfo]


@dataclass(frozen=True, slots=True)
class LastSample:
    """The last recorded value of a metric and its time."""

    value: float
    at: datetime


async def register(
    session: AsyncSession, metrics: Mapping[str, tuple[MetricKind | None, str]]
) -> Infos:
    """Register metrics and return the stored kind and unit of each.

    A metric without a kind or unit takes the first one that is sent.
    """
    rows = [
        {"name": name, "kind": kind, "unit": unit} for name, (kind, unit) in sorted(metrics.items())
    ]
    new = insert(CustomMetric).values(rows)
    no_unit = (CustomMetric.unit == "") & (new.excluded.unit != "")
    no_kind = CustomMetric.kind.is_(None) & new.excluded.kind.is_not(None)
    first = {
        "unit": case((CustomMetric.unit == "", new.excluded.unit), else_=CustomMetric.unit),
        "kind": func.coalesce(CustomMetric.kind, new.excluded.kind),
    }
    await session.execute(
        new.on_conflict_do_update(index_elements=["name"], set_=first, where=or_(no_unit, no_kind))
    )
    return await infos_of(session, list(metrics))


async def infos_of(session: AsyncSession, names: Sequence[str]) -> Infos:
    """Return metrics by name; unknown names are left out."""
    return _infos(await session.execute(_query().where(CustomMetric.name.in_(names))))


async def matching(session: AsyncSession, search: str, limit: int) -> Infos:
    """Return metrics whose names contain a text, sorted by name."""
    query = (
        _query()
        .where(CustomMetric.name.contains(search, autoescape=True))
        .order_by(CustomMetric.name)
        .limit(limit)
    )
    return _infos(await session.execute(query))


def _query() -> Select[str, MetricKind | None, str]:
    return select(CustomMetric.name, CustomMetric.kind, CustomMetric.unit)


def _infos(rows: Iterable[Row[str, MetricKind | None, str]]) -> Infos:
    return {
        name: MetricInfo(kind or MetricKind.GAUGE, unit, is_declared=kind is not None)
        for name, kind, unit in rows
    }


# The newest raw sample or, for metrics folded by processes and the worker, the newest fold.
_LAST = text("""
SELECT wanted.name, newest.value, newest.at FROM unnest(CAST(:names AS text[])) AS wanted(name),
LATERAL (
  (SELECT metric_value AS value, recorded_at AS at, seq FROM launch_metrics
   WHERE metric_name = wanted.name ORDER BY recorded_at DESC, seq DESC LIMIT 1)
  UNION ALL
  (SELECT last, coalesce(last_at, bucket_at), coalesce(last_seq, 0) FROM launch_metric_rollups
   WHERE metric_name = wanted.name AND resolution_seconds = ANY(:resolutions)
   ORDER BY bucket_at DESC, coalesce(last_at, bucket_at) DESC, coalesce(last_seq, 0) DESC LIMIT 1)
  ORDER BY at DESC, seq DESC LIMIT 1
) AS newest
""")


async def last_samples(
    session: AsyncSession, names: Sequence[str], resolutions: Sequence[int]
) -> Mapping[str, LastSample]:
    """Return the last sample of each metric; metrics without samples are left out."""
    values = {"names": list(names), "resolutions": list(resolutions)}
    rows = await session.execute(_LAST, values)
    return {row.name: LastSample(row.value, row.at) for row in rows}
