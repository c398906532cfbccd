"""Guards: what a criterion demands of its phase, given its verdicts (X1, A9 to A11).

A guard with no data pauses a phase at most; only a measured failure rolls one back.
"""

from domain.metrics.criteria import Criterion, GuardAction, Verdict
from domain.phases.verdicts import CriterionState

_WEAKEST_FIRST = (GuardAction.WARN, GuardAction.HOLD, GuardAction.ROLLBACK)


def due_action(criterion: Criterion, state: CriterionState) -> GuardAction | None:
    """Return what a guard must do now: warn, pause the phase or roll it back; None is nothing.

    Each action is due once while the criterion keeps failing, and never in a dry run (A11). A
    criterion without data pauses the phase, where its action is more than a warning (A10).
    """
    action: GuardAction | None = None
    if state.verdict is Verdict.FAILING and state.failures >= criterion.failure_limit:
        action = criterion.action
    elif state.verdict is Verdict.NO_DATA and state.empty_ticks >= criterion.failure_limit:
        action = min(criterion.action, GuardAction.HOLD, key=_WEAKEST_FIRST.index)
    if action is None or criterion.dry_run:
        return None
    if state.acted is not None and _is_covered(action, state.acted):
        return None
    return action


def _is_covered(action: GuardAction, taken: GuardAction) -> bool:
    return _WEAKEST_FIRST.index(action) <= _WEAKEST_FIRST.index(taken)
