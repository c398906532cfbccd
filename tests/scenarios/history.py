"""`launchState(at:)` shows each past moment as the rows were then (L6, L25)."""

from collections.abc import Mapping
from datetime import datetime

from services.phases.launch_states import state_at
from tests.scenarios.observation import Observation
from tests.scenarios.system import System
from tests.scenarios.transition import is_on, percentage

_MOMENTS = 3  # of a sequence: its end, and about a third and two thirds of it


async def past_differs(system: System, seen: Mapping[datetime, Observation]) -> list[str]:
    """What the past looks like now, where it is not what was seen then."""
    moments = sorted(seen)
    differences: list[str] = []
    for at in {moments[len(moments) * number // _MOMENTS - 1] for number in (1, 2, 3)}:
        async with system.worker.read() as session:
            state = await state_at(session, at)
        rows = seen[at]
        phases = {item.key: (item.status.value, item.step_index) for item in state.phases}
        want = {key: (row["status"], row["step_index"]) for key, row in rows.phases.items()}
        flags = {i.key: (i.state.enabled, i.state.rollout_percentage) for i in state.flags}
        in_force = {key: (is_on(row), percentage(row)) for key, row in rows.flags.items()}
        if phases != want:
            differences.append(f"launchState at {at} has {phases}, the rows had {want}")
        if flags != in_force:
            differences.append(f"launchState at {at} has {flags}, the rows had {in_force}")
    return differences
