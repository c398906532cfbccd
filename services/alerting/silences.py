"""Creates silences, ends them early, lists them (A28)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.silences import LaunchSilence
from db.queries import silences as queries
from db.queries.pages import Moments
from db.queries.silences import silence_of
from db.session import UnitOfWork
from domain.actors import Actor
from domain.alerting.silences import (
    Silence,
    SilenceStatus,
    check_times,
    covering,
    suppression_reason,
    unique,
)
from domain.errors import NotFound
from domain.events.alerts import SilenceChanged
from domain.health.health import CheckType
from domain.metrics.criteria import Criterion
from domain.metrics.metric_dependencies import checks_of
from services.platform.texts import check_text

_MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class SilenceDraft:
    """A silence to create. Without checks it covers all of them, without a start it begins now."""

    ends_at: datetime
    reason: str
    starts_at: datetime | None = None
    checks: Sequence[CheckType] = ()
    holds_criteria: bool = True


async def create(uow: UnitOfWork, actor: Actor, draft: SilenceDraft) -> Silence:
    """Create a silence for planned work; raises Invalid and Required naming the field."""
    check_text(draft.reason, "reason", _MAX_REASON, required=True)
    row = LaunchSilence(
        starts_at=check_times(draft.starts_at, draft.ends_at, uow.now),
        ends_at=draft.ends_at,
        reason=draft.reason.strip(),
        checks=[check.value for check in unique(draft.checks)],
        holds_criteria=draft.holds_criteria,
        ended_early=False,
        created_at=uow.now,
        created_by_kind=actor.kind,
        created_by_id=actor.id,
        created_by_label=actor.label,
    )
    uow.session.add(row)
    await uow.session.flush()
    return _record(uow, actor, row, None)


async def end(uow: UnitOfWork, actor: Actor, silence_id: UUID) -> Silence:
    """End a silence now, or cancel it before it begins. Repeating does nothing. Raises NotFound."""
    row = await queries.lock(uow.session, silence_id)
    if row is None:
        raise NotFound("There is no Silence with this id.", path=("id",))
    if silence_of(row).status(uow.now) is SilenceStatus.OVER:
        return silence_of(row)
    before = _audit_values(row)
    row.ends_at, row.ended_early = uow.now, True
    row.starts_at = min(row.starts_at, uow.now)
    return _record(uow, actor, row, before)


async def page(
    session: AsyncSession,
    part: Moments,
    now: datetime,
    *,
    with_past: bool,
) -> list[Silence]:
    """Return a page of silences, newest first; those that are over only `with_past`."""
    return await queries.page(session, part, None if with_past else now)


async def of_checks(
    session: AsyncSession, checks: Sequence[CheckType], *, clock: Callable[[], datetime]
) -> Mapping[CheckType, Silence]:
    """Return the silence that covers each check now; checks without one are left out."""
    now = clock()
    silences = await queries.since(session, now)
    by_check = {check: covering(silences, check, now) for check in checks}
    return {check: silence for check, silence in by_check.items() if silence is not None}


SuppressionLookup = Callable[[Collection[CheckType]], str | None]


async def load_suppressions(session: AsyncSession, now: datetime) -> SuppressionLookup:
    """Return a function that says why what depends on some checks is not judged now (L16).

    It returns None where nothing suppresses the judgement.
    """
    return partial(suppression_reason, await queries.since(session, now), now)


async def suppressed_criteria(
    session: AsyncSession, criteria: Iterable[Criterion], now: datetime
) -> list[str]:
    """Return a sentence for each criterion that a silence keeps from being judged."""
    suppressed_by = await load_suppressions(session, now)
    reasons = [(item.key, suppressed_by(checks_of(item))) for item in criteria]
    return [f"Criterion {key} is not judged: {why}." for key, why in reasons if why is not None]


def _record(
    uow: UnitOfWork, actor: Actor, row: LaunchSilence, before: dict[str, object] | None
) -> Silence:
    silence = silence_of(row)
    audit = Audit(row.id, before, _audit_values(row), reason=row.reason)
    uow.record(actor, SilenceChanged(silence=silence), audit)
    return silence


def _audit_values(row: LaunchSilence) -> dict[str, object]:
    return {
        "startsAt": row.starts_at.isoformat(),
        "endsAt": row.ends_at.isoformat(),
        "checks": [CheckType(name).name for name in row.checks],
        "holdsCriteria": row.holds_criteria,
    }
