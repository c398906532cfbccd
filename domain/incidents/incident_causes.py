"""Which trouble follows from which: one cause opens one incident (D5, L17).

An incident says by which names others may refer to its cause (`explains`), and which causes would
explain itself (`follows_from`). Where one of those is open, no second incident is opened: what
follows is listed on it. From cause to consequence: health checks in their own order, a rollback by
a guard, a hold, a warning, the limits that hold for every phase. Which checks stand behind a metric
is said by one table, `domain/metrics/metric_dependencies.py`, which silences use as well.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.health.health import CheckType
from domain.metrics.criteria import Criterion, GuardAction
from domain.metrics.metric_dependencies import Checks, checks_of, checks_of_metric

# What still shows after its cause is gone is given so long, then it is an incident of its own:
# metrics are judged over windows of minutes, and two or three good looks end an incident.
SETTLING = timedelta(minutes=5)

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
    """The place of an incident in the order of causes; both are names."""

    explains: tuple[str, ...] = ()
    follows_from: tuple[str, ...] = ()


NO_LINKS = Links()


def health_key(check: CheckType) -> str:
    """The cause that a check's alert and its incident share."""
    return f"health:{check}"


def rollback_key(run_id: UUID) -> str:
    """The incident of a run that was rolled back."""
    return f"phase_rollback:{run_id}"


def of_check(check: CheckType) -> Links:
    """A health check."""
    return Links((health_key(check),), tuple(map(health_key, CHECKS_BEHIND[check])))


def of_rollback(metrics: Iterable[str]) -> Links:
    """A rollback is an action that people look after, so it follows from nothing.

    `metrics`: those of the criteria that asked for it; none for a person's rollback.
    """
    names = (_guard(metric, action) for metric in metrics for action in GuardAction)
    return Links(tuple(names))


def of_criterion(criterion: Criterion, action: GuardAction, run_id: UUID | None) -> Links:
    """A criterion that warns or holds; the stronger action explains the weaker one.

    `action`: what is done, which is less than the criterion asks for where it has no data.
    """
    metric = criterion.metric
    stronger = (GuardAction.HOLD, GuardAction.ROLLBACK)
    above = stronger[stronger.index(action) + 1 :] if action in stronger else stronger
    rollback = (rollback_key(run_id),) if run_id is not None else ()
    return Links(
        (_guard(metric, action),),
        (*_health_keys(checks_of(criterion)), *rollback, *(_guard(metric, item) for item in above)),
    )


def of_limit(metric: str) -> Links:
    """A limit that holds whatever a phase promises: any guard on its metric says more."""
    return Links(
        (_guard(metric, _NO_ACTION),),
        (
            *_health_keys(checks_of_metric(metric)),
            *(_guard(metric, action) for action in GuardAction),
        ),
    )


def of_watcher() -> Links:
    """Nobody checks health: no check can be stored while the database is away."""
    return Links((), (health_key(CheckType.DATABASE),))


def is_explained(check: CheckType, failing: Collection[CheckType]) -> bool:
    """Whether a check is down because another part fails."""
    return any(behind in failing for behind in CHECKS_BEHIND[check])


def explained_by(first_bad_at: datetime | None, gone_at: datetime | None, now: datetime) -> bool:
    """Whether a cause explains trouble that shows now. `gone_at`: None while the cause lasts.

    Afterwards it explains what began before it was gone, for as long as that may take to settle.
    """
    if gone_at is None:
        return True
    return (first_bad_at or now) <= gone_at and not outlives(gone_at, now)


def outlives(ended_at: datetime | None, now: datetime) -> bool:
    """Whether what followed from a cause that is over should have gone with it."""
    return ended_at is not None and now - ended_at > SETTLING


def _health_keys(checks: Checks) -> list[str]:
    return [health_key(check) for check in CheckType if check in checks]


def _guard(metric: str, action: str) -> str:
    return f"guard:{action}:{metric}"
