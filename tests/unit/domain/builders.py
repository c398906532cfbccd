"""Flags, contexts and strategies for the tests of the pure rules."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st

from domain.flags.flags import BucketBy, EvaluationContext, Flag
from domain.health.health import CheckType
from domain.ids import FlagId
from domain.metrics.criteria import Aggregation, Comparator, Criterion
from domain.phases.phases import RampStep
from domain.platform.percent import Percent

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
NOBODY_KNOWN = EvaluationContext()

percents = st.integers(0, 10_000).map(lambda hundredths: Percent(hundredths / 100))
any_text = st.text(st.characters())
"""Every code point, lone surrogates too."""


def make_flag(
    key: str = "mvp_test_feature",
    *,
    enabled: bool = True,
    percentage: float = 100,
    groups: tuple[str, ...] = (),
    bucket_by: BucketBy = BucketBy.USER,
    salt: str | None = None,
    version: int = 3,
) -> Flag:
    """Make a flag that is on for everybody unless said otherwise."""
    return Flag(
        id=FlagId(UUID(int=1)),
        key=key,
        name="A feature",
        description=None,
        enabled=enabled,
        rollout_percentage=Percent(percentage),
        target_groups=groups,
        bucket_by=bucket_by,
        client_visible=True,
        salt=salt or key,
        phase_id=None,
        version=version,
        created_at=NOW,
        updated_at=NOW,
    )


def make_criterion(
    metric: str = "error_rate", *, depends_on: tuple[CheckType, ...] | None = None
) -> Criterion:
    """Make a criterion: a metric of at most 2 over a minute."""
    return Criterion(
        key="low",
        metric=metric,
        aggregation=Aggregation.AVG,
        window_seconds=60,
        comparator=Comparator.LTE,
        threshold=2.0,
        depends_on=depends_on,
    )


def user(key: str, *groups: str) -> EvaluationContext:
    """Make the context of a user in these groups."""
    return EvaluationContext({BucketBy.USER: key}, frozenset(groups))


def ramp(*percentages: float, hold_seconds: int | None = None) -> list[RampStep]:
    """Make steps of equal duration."""
    return [RampStep(Percent(share), hold_seconds) for share in percentages]
