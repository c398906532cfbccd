"""Events of the success criteria of a phase (X1)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import RunId
from domain.metrics.criteria import GuardAction, Verdict
from domain.phases.verdicts import CriterionState

_DONE = {
    GuardAction.WARN: "a warning is out",
    GuardAction.HOLD: "the phase is paused",
    GuardAction.ROLLBACK: "the phase is rolled back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionJudged(Event):
    """The verdict of a criterion changed, or a guard acted on it."""

    TYPE = "phase.criterion"
    SUBJECT = Subject.PHASE
    run_id: RunId
    key: str
    before: Verdict
    state: CriterionState
    action_taken: GuardAction | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.phase_id

    @property
    def summary(self) -> str:
        done = f": {_DONE[self.action_taken]}" if self.action_taken else ""
        return f"Criterion {self.key} is {self.state.verdict}: {self.state.explanation}{done}"


CRITERION_EVENTS: tuple[type[Event], ...] = (CriterionJudged,)
