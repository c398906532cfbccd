"""Lists the metrics, and what criteria can use of them (L13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import custom_metrics
from db.queries.custom_metrics import LastSample
from domain.health.health import CheckType
from domain.metrics.criteria import Aggregation, Criterion
from domain.metrics.metric_dependencies import checks_of_metric
from domain.metrics.metrics import MAX_METRICS, OWN, MetricInfo, MetricKind, fitting, names_in
from domain.platform.time_ranges import FINE, HOUR, MINUTE


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of the system or of an outside tool."""

    name: str
    kind: MetricKind
    unit: str
    aggregations: Sequence[Aggregation]
    checks: Sequence[CheckType]
    last: LastSample | None


async def search(session: AsyncSession, text: str) -> list[Metric]:
    """Return the metrics whose names contain a text: own ones first, at most 500 others."""
    own = {name: OWN[name] for name in sorted(OWN) if text in name}
    infos = {**own, **await custom_metrics.matching(session, text, MAX_METRICS)}
    last = await custom_metrics.last_samples(session, list(infos), (FINE, MINUTE, HOUR))
    return [_metric(name, info, last.get(name)) for name, info in infos.items()]


async def infos_behind(
    session: AsyncSession, criteria: Sequence[Criterion]
) -> Mapping[str, MetricInfo]:
    """Return kind and unit of the outside metrics that criteria use."""
    names = [name for item in criteria for name in names_in(item.metric)]
    return await custom_metrics.infos_of(session, names) if names else {}


def _metric(name: str, info: MetricInfo, last: LastSample | None) -> Metric:
    checks = checks_of_metric(name)
    return Metric(
        name,
        info.kind,
        info.unit,
        fitting(info),
        [check for check in CheckType if check in checks],
        last,
    )
