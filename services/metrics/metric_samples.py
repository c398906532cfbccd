"""Records samples of outside tools, and counts events (S69 to S71, A50)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import custom_metrics
from db.queries import metric_rollups as rollups
from db.queries import metrics as queries
from db.session import UnitOfWork
from domain.actors import UserType
from domain.errors import Collector, Invalid
from domain.events import UserSignedUp, WrittenEvent
from domain.events.marketplace import PartnershipChanged
from domain.metrics.criteria import CUSTOM_PREFIX
from domain.metrics.metric_folds import Folded
from domain.metrics.metrics import (
    CONNECTIONS,
    CUSTOM_RULE,
    FAILED_SIGNUPS,
    OWN,
    SIGNUP_SERVER_ERRORS,
    SIGNUPS,
    MetricInfo,
    MetricKind,
    check_tags,
    is_custom,
)
from domain.platform.time_ranges import late_minutes

MAX_SAMPLES = 500
MAX_SERIES = 1000
MAX_VALUE = 1e15  # sums of such values stay finite
MAX_AGE = timedelta(hours=48)
MAX_AHEAD = timedelta(minutes=5)
_MAX_UNIT = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One value from an outside tool."""

    name: str
    value: float
    unit: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    kind: MetricKind | None = None


async def record_samples(uow: UnitOfWork, samples: Sequence[Sample]) -> int:
    """Store all samples or none; raises the problems of each sample (A50)."""
    if not 1 <= len(samples) <= MAX_SAMPLES:
        raise Invalid(f"1 to {MAX_SAMPLES} samples a call.", path=("samples",))
    problems = Collector()
    for index, sample in enumerate(samples):
        with problems:
            _check(sample, index, uow.now)
    problems.raise_all()
    await _check_series(uow, samples)
    infos = await _register(uow, samples)
    phase_id = await queries.active_phase(uow.session)
    rows: list[dict[str, object]] = [
        {
            "metric_name": sample.name,
            "kind": infos[sample.name].kind,
            "metric_value": sample.value,
            "metric_unit": infos[sample.name].unit,
            "tags": dict(sample.tags),
            "recorded_at": sample.at or uow.now,
            "phase_id": phase_id,
        }
        for sample in samples
    ]
    await queries.add_samples(uow.session, rows)
    await _mark_late(uow, [sample.at or uow.now for sample in samples])
    return len(rows)


async def hand_over(
    uow: UnitOfWork, source: str, counted: Sequence[tuple[datetime, Mapping[str, Folded]]]
) -> None:
    """Store the counts of one process, each with its time; counts already stored add nothing."""
    for at, folds in counted:
        await queries.add_folds(uow.session, source, at, folds)
    await _mark_late(uow, [at for at, _ in counted])


async def count_events(session: AsyncSession, events: Sequence[WrittenEvent]) -> None:
    """Count events in the transaction that records them, so exactly once (S70)."""
    counted = [(name, item.recorded_at) for item in events for name in counted_names(item)]
    await count(session, counted)


async def count(session: AsyncSession, counted: Sequence[tuple[str, datetime]]) -> None:
    """Add one to each metric at the given time, in the active phase."""
    if not counted:
        return
    phase_id = await queries.active_phase(session)
    rows: list[dict[str, object]] = [
        {
            "metric_name": name,
            "kind": MetricKind.COUNTER,
            "metric_value": 1.0,
            "metric_unit": "",
            "tags": {},
            "recorded_at": at,
            "phase_id": phase_id,
        }
        for name, at in counted
    ]
    await queries.add_samples(session, rows)


async def count_failed_sign_up(uow: UnitOfWork, *, our_fault: bool) -> None:
    """Count a sign-up that failed for any reason (S64).

    Alarms use only those with `our_fault`: a visitor can cause any number of the others.
    """
    names = (FAILED_SIGNUPS, SIGNUP_SERVER_ERRORS) if our_fault else (FAILED_SIGNUPS,)
    await count(uow.session, [(name, uow.now) for name in names])


async def _mark_late(uow: UnitOfWork, moments: Sequence[datetime]) -> None:
    await rollups.mark_late(uow.session, late_minutes(moments, uow.now))


def counted_names(item: WrittenEvent) -> tuple[str, ...]:
    """Return the counters that an event adds to."""
    event = item.event
    if isinstance(event, UserSignedUp) and event.user_type is not UserType.ADMIN:
        return (SIGNUPS, f"{event.user_type}_signups")
    if isinstance(event, PartnershipChanged) and event.is_active:
        return (CONNECTIONS, "successful_connections")
    return ()


async def _check_series(uow: UnitOfWork, samples: Sequence[Sample]) -> None:
    """Limit new series: each is a row a minute for a month, so ids as tags would fill the disk."""
    series = [(sample.name, json.dumps(dict(sample.tags))) for sample in samples]
    new_series, existing_series = await queries.mark_series(uow.session, series, uow.now)
    if new_series and new_series + existing_series > MAX_SERIES:
        raise Invalid(
            f"At most {MAX_SERIES} different names with tags a day: tags are for what has few "
            "values, such as a region, not for ids.",
            path=("samples",),
        )


async def _register(uow: UnitOfWork, samples: Sequence[Sample]) -> Mapping[str, MetricInfo]:
    """Register kind and unit of each metric; samples with others cannot be added up (L13)."""
    first: dict[str, tuple[MetricKind | None, str]] = {}
    for sample in samples:
        kind, unit = first.get(sample.name, (None, ""))
        first[sample.name] = (kind or sample.kind, unit or sample.unit)
    infos = await custom_metrics.register(uow.session, first)
    problems = Collector()
    for index, sample in enumerate(samples):
        with problems:
            _check_info(sample, infos[sample.name], ("samples", str(index)))
    problems.raise_all()
    return infos


def _check_info(sample: Sample, info: MetricInfo, path: tuple[str, ...]) -> None:
    if sample.unit and sample.unit != info.unit:
        raise Invalid(
            f"{sample.name} is measured in {info.unit!r}: send that unit, or use another name.",
            path=(*path, "unit"),
        )
    if sample.kind and sample.kind is not info.kind:
        raise Invalid(
            f"{sample.name} is a {info.kind.name}: send that kind, or use another name.",
            path=(*path, "kind"),
        )
    if info.kind is MetricKind.COUNTER and sample.value < 0:
        raise Invalid("A counter only grows: send the increase.", path=(*path, "value"))


def _check(sample: Sample, index: int, now: datetime) -> None:
    path = ("samples", str(index))
    if sample.name in OWN:
        raise Invalid(
            f"{sample.name} is counted by the system itself, and numbers of others would mix "
            f"with it. Call yours {CUSTOM_PREFIX}{sample.name}.",
            path=(*path, "name"),
        )
    if not is_custom(sample.name):
        raise Invalid(CUSTOM_RULE, path=(*path, "name"))
    if not abs(sample.value) <= MAX_VALUE:  # NaN is not either
        raise Invalid(f"A value lies between ±{MAX_VALUE:g}.", path=(*path, "value"))
    if sample.kind is MetricKind.RATIO:
        raise Invalid(
            "A ratio is computed: send its two counters, each under a name of its own.",
            path=(*path, "kind"),
        )
    if len(sample.unit) > _MAX_UNIT:
        raise Invalid(f"A unit has at most {_MAX_UNIT} characters.", path=(*path, "unit"))
    check_tags(sample.tags, (*path, "tags"))
    if sample.at is not None and not now - MAX_AGE <= sample.at <= now + MAX_AHEAD:
        raise Invalid("at lies within the last 48 hours.", path=(*path, "at"))
