"""What must hold after every step: invariants over the log of accepted steps (L1 to L28).

Not a second engine: the model remembers what people asked for, and holds it against the rows,
the log and what processes serve.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import ErrorCode
from domain.flags import BucketBy, EvaluationContext
from tests.scenarios import operators
from tests.scenarios.generator import PEOPLE
from tests.scenarios.observation import Observation, Row
from tests.scenarios.step import Outcome
from tests.scenarios.system import System

_TICKS = frozenset({"tick", "tick_twice"})
_MOVES: Mapping[tuple[str, str], frozenset[str]] = {
    ("planned", "active"): frozenset({"activate"}),
    ("rolled_back", "active"): frozenset({"activate"}),
    ("paused", "active"): frozenset({"resume", "activate"}),
    ("active", "paused"): frozenset({"pause", "watchdog"}) | _TICKS,
    ("active", "completed"): frozenset({"complete"}),
    ("active", "rolled_back"): frozenset({"roll_back"}) | _TICKS,
    ("paused", "rolled_back"): frozenset({"roll_back"}) | _TICKS,
    ("completed", "rolled_back"): frozenset({"roll_back"}),
}
_ADVANCES = frozenset({"advance", "sweep", "work"}) | _TICKS


@dataclass(frozen=True)
class Transition:
    """One step with what was before and after it, and the events that it left."""

    outcome: Outcome
    before: Observation
    after: Observation
    events: "list[Row]"

    @property
    def kind(self) -> str:
        """Of the step."""
        return self.outcome.step.kind

    def changed_phases(self) -> Iterator[tuple[Row, Row]]:
        """Phases that were there before, as they were and as they are."""
        for key, row in self.after.phases.items():
            if key in self.before.phases:
                yield self.before.phases[key], row


@dataclass
class Model:
    """The memory of one sequence."""

    killed: set[str] = field(default_factory=set)
    audited: dict[object, Mapping[str, Any]] = field(default_factory=dict)

    def violations(self, step: Transition, system: System) -> list[str]:
        """Everything that does not hold after a step."""
        self._remember(step)
        found = [text for rule in _RULES for text in rule(self, step)]
        return [*found, *self._served(step, system)]

    def _remember(self, step: Transition) -> None:
        if not step.outcome.accepted:
            return
        arguments = step.outcome.step.arguments
        if step.kind == "kill":
            self.killed |= {str(key) for key in _tuple(arguments[0])}
        if step.kind == "lift":
            self.killed -= {str(key) for key in _tuple(arguments[0])}

    def _served(self, step: Transition, system: System) -> Iterator[str]:
        """A process that has polled, or carried out the change, serves what is in force."""
        for number, process in system.processes.items():
            current = process.flags.current
            if step.after.database_away:
                continue
            if step.kind != "poll" or step.outcome.step.arguments != (number,):
                continue
            if current.stale or current.version != step.after.set_version:
                yield f"process {number} has flags {current.version} after its poll"
            if process.position != step.after.seq:
                yield f"process {number} is at event {process.position}, not {step.after.seq}"
            for key, row in step.after.flags.items():
                want = {person for person in PEOPLE if self.sees(row, person)}
                have = {
                    person for person in PEOPLE if current.evaluate(key, _context(person)).value
                }
                if want != have:
                    yield f"{key} is served to {sorted(have)}, not to {sorted(want)}"

    def sees(self, flag: Row, person: str) -> bool:
        """Whether somebody has a feature: kill switch, switch, allow list, percentage."""
        if self.killed & {"*", flag["flag_key"]} or not flag["enabled_in_force"]:
            return False
        if f"user:{person}" in flag["target_groups"]:
            return True
        salt = flag["cohort_salt"] or flag["salt"]
        return bucket(salt, person) < round(float(flag["percentage_in_force"]) * 100)


def bucket(salt: str, person: str) -> int:
    """SPEC decision 3, written down a second time."""
    return int(hashlib.sha256(f"{salt}:{person}".encode()).hexdigest()[:16], 16) % 10_000


def _refused_changes_nothing(_model: Model, step: Transition) -> Iterator[str]:
    if step.outcome.accepted:
        return
    for row in step.events:  # the checks before an activation may find something of their own
        if row["actor_label"] == operators.OPERATOR.label:
            yield f"refused with {step.outcome.refused!r}, yet {row['kind']} was recorded"


def _database_away_is_said(_model: Model, step: Transition) -> Iterator[str]:
    needs = step.kind in operators.STEPS
    if step.before.database_away and needs and step.outcome.code != ErrorCode.DEPENDENCY_DOWN:
        yield f"without a database {step.kind} ends with {step.outcome.refused!r}"


def _log_is_dense(_model: Model, step: Transition) -> Iterator[str]:
    seqs = [row["seq"] for row in step.events]
    if seqs != list(range(step.before.seq + 1, step.after.seq + 1)):
        yield f"events {seqs} after {step.before.seq}, the counter says {step.after.seq}"
    for row in step.events:
        if not step.before.at <= row["recorded_at"] <= step.after.at:
            yield f"event {row['seq']} {row['kind']} was recorded at {row['recorded_at']}"
        if row["at"] > row["recorded_at"]:
            yield f"event {row['seq']} {row['kind']} was recorded before it occurred"


def _audit_is_a_chain(model: Model, step: Transition) -> Iterator[str]:
    """Each change begins where the last one of the same thing ended, and the row is its end."""
    for row in step.events:
        if row["change_id"] is None or row["subject_kind"] not in ("flag", "phase"):
            continue
        subject, last = row["subject_id"], model.audited.get(row["subject_id"])
        if last is not None and row["before"] != last:
            yield f"the audit of {row['kind']} begins with {row['before']}, not with {last}"
        model.audited[subject] = row["after"]
    for flag in step.after.flags.values():
        last = model.audited.get(flag["id"], {})
        share = float(flag["percentage_in_force"])
        have = (flag["enabled_in_force"], share, flag["target_groups"])
        if have != (last.get("enabled"), last.get("rolloutPercentage"), last.get("targetGroups")):
            yield f"{flag['flag_key']} is {have}, its audit ends with {last}"
    for phase in step.after.phases.values():
        last = model.audited.get(phase["id"], {})
        if str(last.get("status")).lower() != phase["status"]:
            yield f"{phase['key']} is {phase['status']}, its audit ends with {last.get('status')}"


def _phases_move_as_allowed(_model: Model, step: Transition) -> Iterator[str]:
    for before, after in step.changed_phases():
        move = (before["status"], after["status"])
        if move[0] != move[1] and step.kind not in _MOVES.get(move, ()):
            yield f"{after['key']} went from {move[0]} to {move[1]} by {step.kind}"
        same_run = before["current_run_id"] == after["current_run_id"] is not None
        rise = (after["step_index"] or 0) - (before["step_index"] or 0)
        if same_run and (rise < 0 or (rise > 0 and step.kind not in _ADVANCES)):
            yield f"{after['key']} moved {rise} steps by {step.kind}"


def _runs_end_with_their_phase(_model: Model, step: Transition) -> Iterator[str]:
    for phase in step.after.phases.values():
        run = step.after.runs.get(str(phase["current_run_id"]))
        if run is None:
            continue
        live = phase["status"] in ("active", "paused")
        if live != (run["outcome"] is None) or live != (run["ended_at"] is None):
            yield f"{phase['key']} is {phase['status']}, its run ended as {run['outcome']}"


def _one_active_phase_a_platform(_model: Model, step: Transition) -> Iterator[str]:
    used: set[str] = set()
    for phase in step.after.phases.values():
        if phase["status"] == "active":
            if used & set(phase["platforms"]):
                yield f"{phase['key']} is active on a platform that another phase has"
            used |= set(phase["platforms"])


def _rollback_switches_off(_model: Model, step: Transition) -> Iterator[str]:
    """DISABLE_ALL leaves no flag of the phase on, whoever rolled back (S53, S97)."""
    for before, after in step.changed_phases():
        if after["status"] != "rolled_back" or before["status"] == "rolled_back":
            continue
        arguments = step.outcome.step.arguments
        plan = (after["rollback_plan"] or {}).get("mode", "disable_all")
        mode = arguments[1] if step.kind == "roll_back" and arguments[1] else plan
        on = [
            key
            for key in step.after.links[after["key"]]
            if step.after.flags[key]["enabled_in_force"]
        ]
        if mode == "disable_all" and on:
            yield f"{after['key']} was rolled back, and {on} are on"


_RULES: tuple[Callable[[Model, Transition], Iterator[str]], ...] = (
    _refused_changes_nothing,
    _database_away_is_said,
    _log_is_dense,
    _audit_is_a_chain,
    _phases_move_as_allowed,
    _runs_end_with_their_phase,
    _one_active_phase_a_platform,
    _rollback_switches_off,
)


def _context(person: str) -> EvaluationContext:
    return EvaluationContext(keys={BucketBy.USER: person})


def _tuple(value: object) -> tuple[object, ...]:
    assert isinstance(value, tuple)
    return value
