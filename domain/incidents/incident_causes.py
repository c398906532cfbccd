"""Which problem follows from which: one cause opens one incident (D5, L17).

An incident has names for its cause (`explains`) and names of causes that would explain it
(`follows_from`). If one of those is open, no second incident opens: the consequence is listed on
it. From cause to consequence: health checks in their own order, a rollback by a guard, a hold, a
warning, the limits that apply to every phase. One table says which checks a metric depends on,
`domain/metrics/metric_dependencies.py`; silences use it as well.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.health.health import CheckType
from domain.metrics.criteria import Criterion, GuardAction
from domain.metrics.metric_dependencies import Checks, checks_of, checks_of_metric

# A problem that outlasts its cause by more than this is an incident of its own:
# metrics are judged over windows of minutes, and two or three good looks end an incident.
CAUSE_GRACE = timedelta(minutes=5)

# A check that uses another part fails with it.
CHECKS_BEHIND: Mapping[CheckType, tuple[CheckType, ...]] = {
    CheckType.DATABASE: (),
    CheckType.API: (CheckType.DATABASE,),
    CheckType.AUTH: (CheckType.DATABASE,),
    CheckType.EMAIL: (),
    CheckType.REALTIME: (CheckType.API, CheckType.DATABASE),
}
_NO_ACTION = "limit"


@dataclass(frozen=True, slots=True)
class Links:
    """The names by which an incident explains others and is explained itself."""

    explains: tuple[str, ...] = ()
    follows_from: tuple[str, ...] = ()


NO_LINKS = Links()


def health_key(check: CheckType) -> str:
    """The key that the alert and the incident of a check share."""
    return f"health:{check}"


def rollback_key(run_id: UUID) -> str:
    """The key of the incident of a rollback."""
    return f"phase_rollback:{run_id}"


def of_check(check: CheckType) -> Links:
    """The links of a health check."""
    return Links((health_key(check),), tuple(map(health_key, CHECKS_BEHIND[check])))


def of_rollback(metrics: Iterable[str]) -> Links:
    """The links of a rollback, which is an action and follows from nothing.

    `metrics`: those of the criteria that caused it; none if a person rolled back.
    """
    names = (_guard_name(metric, action) for metric in metrics for action in GuardAction)
    return Links(tuple(names))


def of_criterion(criterion: Criterion, action: GuardAction, run_id: UUID | None) -> Links:
    """The links of a criterion that warns or holds; the stronger action explains the weaker.

    `action`: the action taken, which is weaker than the criterion's if there is no data.
    """
    metric = criterion.metric
    stronger = (GuardAction.HOLD, GuardAction.ROLLBACK)
    above = stronger[stronger.index(action) + 1 :] if action in stronger else stronger
    rollback = (rollback_key(run_id),) if run_id is not None else ()
    return Links(
        (_guard_name(metric, action),),
        (
            *_health_keys(checks_of(criterion)),
            *rollback,
            *(_guard_name(metric, item) for item in above),
        ),
    )


def of_limit(metric: str) -> Links:
    """The links of a limit that applies to every phase: any guard on its metric explains it."""
    return Links(
        (_guard_name(metric, _NO_ACTION),),
        (
            *_health_keys(checks_of_metric(metric)),
            *(_guard_name(metric, action) for action in GuardAction),
        ),
    )


def of_watchdog() -> Links:
    """The links of missing health checks, which cannot be stored without the database."""
    return Links((), (health_key(CheckType.DATABASE),))


def is_explained(check: CheckType, failing: Collection[CheckType]) -> bool:
    """True if a check is down because another part fails."""
    return any(behind in failing for behind in CHECKS_BEHIND[check])


def explained_by(first_bad_at: datetime | None, gone_at: datetime | None, now: datetime) -> bool:
    """True if a cause explains a problem that is visible now. `gone_at` None: the cause lasts.

    A cause that is gone explains what began before its end, for as long as metrics need to settle.
    """
    if gone_at is None:
        return True
    return (first_bad_at or now) <= gone_at and not outlives(gone_at, now)


def outlives(ended_at: datetime | None, now: datetime) -> bool:
    """True if a consequence should have ended with its cause."""
    return ended_at is not None and now - ended_at > CAUSE_GRACE


def _health_keys(checks: Checks) -> list[str]:
    return [health_key(check) for check in CheckType if check in checks]


def _guard_name(metric: str, action: str) -> str:
    return f"guard:{action}:{metric}"
