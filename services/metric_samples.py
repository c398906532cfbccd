"""Samples from outside, and what events count (SPEC S69 to S71, A50)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import metrics as queries
from db.session import UnitOfWork
from domain.actors import UserType
from domain.criteria import CUSTOM_PREFIX
from domain.errors import Invalid
from domain.events import RecordedEvent, UserSignedUp
from domain.marketplace_events import PartnershipChanged
from domain.metrics import CONNECTIONS, FAILED_SIGNUPS, SIGNUPS, MetricKind

MAX_SAMPLES = 500
MAX_TAGS = 8
MAX_AGE = timedelta(hours=48)
MAX_AHEAD = timedelta(minutes=5)
_TEXT = 100


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of an outside tool."""

    name: str
    value: float
    unit: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None


async def record_samples(uow: UnitOfWork, samples: Sequence[Sample]) -> int:
    """Keep them all or none; raises Invalid naming the first field that is wrong (SPEC A50)."""
    if not 1 <= len(samples) <= MAX_SAMPLES:
        raise Invalid(f"1 to {MAX_SAMPLES} samples a call.", path=("samples",))
    for index, sample in enumerate(samples):
        _check(sample, index, uow.now)
    phase_id = await queries.active_phase(uow.session)
    rows: list[dict[str, object]] = [
        {
            "metric_name": sample.name,
            "kind": MetricKind.GAUGE,
            "metric_value": sample.value,
            "metric_unit": sample.unit,
            "tags": dict(sample.tags),
            "recorded_at": sample.at or uow.now,
            "phase_id": phase_id,
        }
        for sample in samples
    ]
    await queries.add_samples(uow.session, rows)
    return len(rows)


async def count_events(session: AsyncSession, events: Sequence[RecordedEvent]) -> None:
    """Count what happened in the transaction in which it happened: exactly once (SPEC S70)."""
    counted = [(name, item.at) for item in events for name in _counters(item)]
    if counted:
        await _count(session, counted)


async def count_failed_sign_up(uow: UnitOfWork) -> None:
    """A sign-up that did not work, whatever the reason (SPEC S64)."""
    await _count(uow.session, [(FAILED_SIGNUPS, uow.now)])


async def _count(session: AsyncSession, counted: Sequence[tuple[str, datetime]]) -> None:
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


def _counters(item: RecordedEvent) -> tuple[str, ...]:
    event = item.event
    if isinstance(event, UserSignedUp) and event.user_type is not UserType.ADMIN:
        return (SIGNUPS, f"{event.user_type}_signups")
    if isinstance(event, PartnershipChanged) and event.is_active:
        return (CONNECTIONS, "successful_connections")
    return ()


def _check(sample: Sample, index: int, now: datetime) -> None:
    path = ("samples", str(index))
    name = sample.name
    if not name.startswith(CUSTOM_PREFIX) or not len(CUSTOM_PREFIX) < len(name) <= _TEXT:
        raise Invalid(
            f"Names start with {CUSTOM_PREFIX!r} and have at most {_TEXT} characters: "
            "the other metrics are counted by the system itself.",
            path=(*path, "name"),
        )
    if not math.isfinite(sample.value):
        raise Invalid("A value is a finite number.", path=(*path, "value"))
    if len(sample.unit) > _TEXT:
        raise Invalid(f"A unit has at most {_TEXT} characters.", path=(*path, "unit"))
    if len(sample.tags) > MAX_TAGS or any(
        len(part) > _TEXT for item in sample.tags.items() for part in item
    ):
        raise Invalid(f"At most {MAX_TAGS} tags of {_TEXT} characters.", path=(*path, "tags"))
    if sample.at is not None and not now - MAX_AGE <= sample.at <= now + MAX_AHEAD:
        raise Invalid("at lies within the last 48 hours.", path=(*path, "at"))
