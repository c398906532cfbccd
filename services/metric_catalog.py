"""Which metrics there are, and what criteria can ask of them (L13)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import custom_metrics
from domain.criteria import Aggregation
from domain.health import CheckType
from domain.metric_dependencies import checks_of_metric
from domain.metrics import OWN, MetricKind, fitting, info_of

MAX_METRICS = 500


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, of the system or of an outside tool."""

    name: str
    kind: MetricKind
    unit: str
    aggregations: Sequence[Aggregation]
    checks: Sequence[CheckType]


async def search(session: AsyncSession, text: str) -> list[Metric]:
    """Those whose names contain a text: of the system first, at most 500 of others."""
    own = {name: OWN[name].unit for name in sorted(OWN) if text in name}
    others = await custom_metrics.matching(session, text, MAX_METRICS)
    return [_metric(name, unit) for name, unit in {**own, **others}.items()]


def _metric(name: str, unit: str) -> Metric:
    checks = checks_of_metric(name)
    return Metric(
        name,
        info_of(name).kind,
        unit,
        fitting(name),
        [check for check in CheckType if check in checks],
    )
