"""SQL about the states of criteria and thresholds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.criteria import CriterionStatus, ThresholdStatus
from db.models.onboarding import OnboardingProgress
from domain.phases.thresholds import ThresholdState
from domain.phases.verdicts import CriterionState

_CRITERION: TypeAdapter[CriterionState] = TypeAdapter(CriterionState)
_THRESHOLD: TypeAdapter[ThresholdState] = TypeAdapter(ThresholdState)

States = Mapping[str, CriterionState]


async def states_of_runs(session: AsyncSession, run_ids: Sequence[UUID]) -> Mapping[UUID, States]:
    """Return the states of the criteria of each run, by criterion key."""
    query = select(
        CriterionStatus.run_id, CriterionStatus.criterion_key, CriterionStatus.state
    ).where(CriterionStatus.run_id.in_(run_ids))
    states: dict[UUID, dict[str, CriterionState]] = {run_id: {} for run_id in run_ids}
    for run_id, key, state in await session.execute(query):
        states[run_id][key] = _CRITERION.validate_python(state)
    return states


async def save_states(session: AsyncSession, run_id: UUID, states: States, now: datetime) -> None:
    """Store the states of the criteria of a run; the caller has locked the phase."""
    rows = [
        {
            "run_id": run_id,
            "criterion_key": key,
            "state": _CRITERION.dump_python(state, mode="json"),
            "updated_at": now,
        }
        for key, state in states.items()
    ]
    if rows:
        new = insert(CriterionStatus).values(rows)
        changed = {"state": new.excluded.state, "updated_at": new.excluded.updated_at}
        keys = ["run_id", "criterion_key"]
        await session.execute(new.on_conflict_do_update(index_elements=keys, set_=changed))


async def lock_threshold(session: AsyncSession, name: str, now: datetime) -> ThresholdState:
    """Lock a threshold until the end of the transaction and return its state."""
    first = {"name": name, "state": _dumped(ThresholdState()), "updated_at": now}
    await session.execute(insert(ThresholdStatus).values(first).on_conflict_do_nothing())
    query = select(ThresholdStatus.state).where(ThresholdStatus.name == name)
    state = (await session.execute(query.with_for_update())).scalar_one()
    return _THRESHOLD.validate_python(state)


async def save_threshold(
    session: AsyncSession, name: str, state: ThresholdState, now: datetime
) -> None:
    """Store the state of a threshold."""
    row = {"name": name, "state": _dumped(state), "updated_at": now}
    new = insert(ThresholdStatus).values(row)
    changed = {"state": new.excluded.state, "updated_at": new.excluded.updated_at}
    await session.execute(new.on_conflict_do_update(index_elements=["name"], set_=changed))


async def waiting_for_help(session: AsyncSession) -> int:
    """Count the users who have asked for assistance and have no answer yet (S44, X11)."""
    query = select(func.count()).where(OnboardingProgress.assistance_needed)
    return (await session.execute(query)).scalar_one()


def _dumped(state: ThresholdState) -> dict[str, object]:
    return dict(_THRESHOLD.dump_python(state, mode="json"))
