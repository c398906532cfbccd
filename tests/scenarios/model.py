"""What must hold after every step: invariants over the log of accepted steps (D1 to D8).

No second engine: it compares what people asked for with the rows, the log and what is served.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import ErrorCode
from domain.flags.flags import BucketBy, EvaluationContext
from tests.scenarios import operators
from tests.scenarios.guards import Guards
from tests.scenarios.observation import Row
from tests.scenarios.process import ServingProcess
from tests.scenarios.transition import PEOPLE, TICKS, Transition, is_on, percentage, sees

_MOVES: Mapping[tuple[str, str], frozenset[str]] = {
    ("planned", "active"): frozenset({"activate"}),
    ("rolled_back", "active"): frozenset({"activate"}),
    ("paused", "active"): frozenset({"resume", "activate"}),
    ("active", "paused"): frozenset({"pause", "watchdog"}) | TICKS,
    ("active", "completed"): frozenset({"complete"}),
    ("active", "rolled_back"): frozenset({"roll_back"}) | TICKS,
    ("paused", "rolled_back"): frozenset({"roll_back"}) | TICKS,
    ("completed", "rolled_back"): frozenset({"roll_back"}),
}
_ADVANCES = frozenset({"advance", "sweep", "work"}) | TICKS
_LIFTS = frozenset({"lift_ceiling", "activate", "roll_back"}) | TICKS
_SETS = frozenset({"set_percentage", "override", "toggle"})
_CONTEXTS = [(person, EvaluationContext({BucketBy.USER: person})) for person in PEOPLE]
_AUDITED = {
    "flag": ("enabled", "rolloutPercentage", "targetGroups"),
    "phase": ("status", "step", "platforms"),
}

Rule = Callable[["Model", Transition], Iterator[str]]


@dataclass
class Model:
    """The memory of one sequence."""

    killed: set[object] = field(default_factory=set)
    audited: dict[object, Mapping[str, Any]] = field(default_factory=dict)
    guards: Guards = field(default_factory=Guards)
    metrics: dict[object, tuple[object, object]] = field(default_factory=dict)
    before_run: dict[object, Mapping[str, tuple[bool, float]]] = field(default_factory=dict)

    def violations(self, step: Transition, polled: Mapping[int, ServingProcess]) -> list[str]:
        """Everything that does not hold after a step; `polled` processes have just read all."""
        if step.outcome.accepted and step.kind == "kill":
            self.killed.update(_keys(step))
        if step.outcome.accepted and step.kind == "lift":
            self.killed.difference_update(_keys(step))
        texts = [text for rule in _RULES for text in rule(self, step)]
        for number, process in polled.items():
            texts += self._served(step, number, process)
        return texts

    def _served(self, step: Transition, number: int, process: ServingProcess) -> Iterator[str]:
        current = process.flags.current
        if current.stale or current.version != step.after.set_version:
            yield f"process {number} has flags {current.version} after its poll"
        if process.position != step.after.seq:
            yield f"process {number} is at event {process.position}, not {step.after.seq}"
        for key, row in step.after.flags.items():
            is_killed = bool(self.killed & {"*", key})
            want = {person for person in PEOPLE if not is_killed and sees(row, person)}
            have = {person for person, seen in _CONTEXTS if current.evaluate(key, seen).value}
            if want != have:
                yield f"{key} is served to {sorted(have)}, not to {sorted(want)}"


def _refused_changes_nothing(_model: Model, step: Transition) -> Iterator[str]:
    for row in () if step.outcome.accepted else step.events:
        # The checks before an activation may find something of their own.
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
        if not max(row["at"], step.before.at) <= row["recorded_at"] <= step.after.at:
            yield f"{row['kind']} of {row['at']} was recorded at {row['recorded_at']}"


def _audit_is_a_chain(model: Model, step: Transition) -> Iterator[str]:
    """Each change begins where the last one of the same thing ended, and the row is its end."""
    for row in step.events:
        names = _AUDITED.get(row["subject_kind"], ())
        if row["change_id"] is None or not names or not {*names} <= row["after"].keys():
            continue  # a kill of all flags is no change of one
        last, before = model.audited.get(row["subject_id"]), row["before"]
        if last is not None and any(before[name] != last[name] for name in names):
            yield f"the audit of {row['kind']} begins with {before}, not with {last}"
        model.audited[row["subject_id"]] = row["after"]
    for flag in step.after.flags.values():
        last = model.audited.get(flag["id"], {})
        have = (is_on(flag), percentage(flag), flag["target_groups"])
        if have != tuple(last.get(name) for name in _AUDITED["flag"]):
            yield f"{flag['flag_key']} is {have}, its audit ends with {last}"
    for phase in step.after.phases.values():
        last = model.audited.get(phase["id"], {})
        status = (phase["status"].upper(), phase["step_index"])
        if status != (last.get("status"), last.get("step")):
            yield f"{phase['key']} is {status}, its audit ends with {last}"


def _phases_move_as_allowed(_model: Model, step: Transition) -> Iterator[str]:
    for before, after in step.phases():
        move = (before["status"], after["status"])
        if move[0] != move[1] and step.kind not in _MOVES.get(move, ()):
            yield f"{after['key']} went from {move[0]} to {move[1]} by {step.kind}"
        same_run = before["current_run_id"] == after["current_run_id"] is not None
        rise = (after["step_index"] or 0) - (before["step_index"] or 0)
        if same_run and (rise < 0 or (rise > 0 and step.kind not in _ADVANCES)):
            yield f"{after['key']} moved {rise} steps by {step.kind}"
        run = step.after.runs.get(str(after["current_run_id"]))
        outcome = None if after["status"] in ("active", "paused") else after["status"]
        if run and (run["outcome"] != outcome or (run["ended_at"] is None) != (outcome is None)):
            yield f"{after['key']} is {after['status']}, its run ended as {run['outcome']}"


def _one_active_phase_a_platform(_model: Model, step: Transition) -> Iterator[str]:
    active = [row for row in step.after.phases.values() if row["status"] == "active"]
    used = Counter(name for row in active for name in row["platforms"])
    yield from (f"{name} has two active phases" for name, count in used.items() if count > 1)


def _in_force_is_the_formula(_model: Model, step: Transition) -> Iterator[str]:
    """D1, and one live run a flag (D2): its step is that of its phase."""
    phases = {row["current_run_id"]: row for row in step.after.phases.values()}
    for key, flag in step.after.flags.items():
        have = (flag["enabled_in_force"], float(flag["percentage_in_force"]))
        if have != (is_on(flag), percentage(flag)):
            yield f"{key} is {have} in force, the formula gives {is_on(flag), percentage(flag)}"
        phase = phases.get(flag["run_id"])
        if phase is None or flag["run_target"] is None:
            continue
        steps, index = phase["steps"], phase["step_index"]
        live = phase["status"] in ("active", "paused") and bool(steps)
        want = float(steps[index]["percentage"]) if live else None
        if phase["status"] != "rolled_back" and flag["run_step"] != want:
            yield f"{key} is at step {flag['run_step']}, {phase['key']} at {want}"


def _each_value_has_one_writer(_model: Model, step: Transition) -> Iterator[str]:
    """The engine never changes an owner's value; a person's value is in force (L1, L8)."""
    for before, after in step.flags():
        key, by_owner = after["flag_key"], step.is_by_owner(after["flag_key"])
        for name in ("enabled", "rollout_percentage", "target_groups"):
            if before[name] != after[name] and not by_owner:
                yield f"{step.kind} changed {name} of {key}, which is its owner's"
        is_lifted = by_owner or step.kind in _LIFTS
        if before["run_ceiling"] != after["run_ceiling"] and not is_lifted:
            yield f"{step.kind} changed the ceiling of {key}"
        have = percentage(after) if step.kind in ("set_percentage", "override") else is_on(after)
        if by_owner and step.kind in _SETS and have != step.arguments[1]:
            yield f"{step.kind} of {key} to {step.arguments[1]}, in force is {have}"


def _activation_holds_its_flags(model: Model, step: Transition) -> Iterator[str]:
    for before, after in step.phases():
        run_id = after["current_run_id"]
        if run_id == before["current_run_id"]:
            continue
        links = step.after.links.get(after["key"], {})
        old = {key: step.before.flags[key] for key in links}
        model.before_run[run_id] = {key: (is_on(f), percentage(f)) for key, f in old.items()}
        for key, target in links.items():
            flag = step.after.flags[key]
            want = _target(old[key]) if target is None else target
            if flag["run_id"] != run_id or not is_on(flag) or float(flag["run_target"]) != want:
                yield f"{after['key']} was activated, {key} has target {flag['run_target']}"


def _rollback_undoes(model: Model, step: Transition) -> Iterator[str]:
    """DISABLE_ALL switches all off; RESTORE_PREVIOUS puts back what was in force (S53, L1)."""
    for phase in step.ended("rolled_back"):
        plan = (phase["rollback_plan"] or {}).get("mode", "disable_all")
        mode = (step.arguments[1] if step.kind == "roll_back" else None) or plan
        previous = model.before_run[phase["current_run_id"]]
        for key in step.after.links.get(phase["key"], {}):
            before, after = step.before.flags[key], step.after.flags[key]
            if key in step.before.reserved() and before["run_id"] != phase["current_run_id"]:
                continue  # another live run has it by now (D2)
            if mode == "disable_all" and is_on(after):
                yield f"{phase['key']} was rolled back, {key} is on"
            elif mode != "disable_all" and key in previous:
                want = previous[key][0] and is_on(before)
                if is_on(after) != want or (want and percentage(after) != previous[key][1]):
                    yield f"{key} was restored to {percentage(after)} %, it was {previous[key]}"


def _nobody_loses_a_feature(model: Model, step: Transition) -> Iterator[str]:
    """But by rollback, kill, an owner's change, or a loss that the plan named (L7)."""
    gone = {key for row in step.ended("rolled_back") for key in step.after.links[row["key"]]}
    named = _keys(step, 1) if step.kind == "activate" else ()
    for before, after in step.flags():
        key = after["flag_key"]
        if key in gone or key in named or step.is_by_owner(key):
            continue
        lost = [person for person in PEOPLE if sees(before, person) and not sees(after, person)]
        if lost:
            yield f"{step.kind} took {key} from {lost}"


def _nothing_is_open_for_what_has_ended(_model: Model, step: Transition) -> Iterator[str]:
    """Incidents of criteria end with their run (L17)."""
    for row in step.after.open_incidents():
        run = step.after.runs.get(str(row["run_id"]))
        if row["incident_type"] == "criterion" and run and run["outcome"] is not None:
            yield f"incident {row['number']} is open, its run ended as {run['outcome']}"


def _metrics_keep_kind_and_unit(model: Model, step: Transition) -> Iterator[str]:
    """The first kind and the first unit stay; others, and counters that fall, are refused (L13)."""
    if step.kind != "declare" or step.before.database_away:
        return
    name, kind, unit, value = step.arguments
    before = model.metrics.get(name, (None, ""))
    after = (before[0] or kind, before[1] or unit)
    fits = kind in (None, after[0]) and unit in ("", after[1])
    fits = fits and not (after[0] == "counter" and float(str(value)) < 0)
    model.metrics |= {name: after} if fits else {}
    if fits != step.outcome.accepted or step.after.metrics.get(name) != model.metrics.get(name):
        yield f"{step.arguments} after {before}: {step.outcome}, {step.after.metrics.get(name)}"


def verified_is_in_force(_model: Model, step: Transition) -> Iterator[str]:
    """Each process that serves a move is counted, and none that does not (D4)."""
    for item in step.after.verified:
        have = sum(version >= item.version for version in step.after.reported)
        lost = sum(version >= item.version for version in step.after.lost)
        is_wrong = item.is_verified and have < len(step.after.reported)
        if is_wrong or not have <= item.in_force <= have + lost:
            yield f"{item} while processes report {step.after.reported}, lost {step.after.lost}"


_RULES: tuple[Rule, ...] = (
    _refused_changes_nothing,
    _database_away_is_said,
    _log_is_dense,
    _audit_is_a_chain,
    _phases_move_as_allowed,
    _one_active_phase_a_platform,
    _in_force_is_the_formula,
    _each_value_has_one_writer,
    _activation_holds_its_flags,
    _rollback_undoes,
    _nobody_loses_a_feature,
    _nothing_is_open_for_what_has_ended,
    lambda model, step: model.guards.violations(step),
    _metrics_keep_kind_and_unit,
    verified_is_in_force,
)


def _target(flag: Row) -> float:
    """What a run aims at where its phase says nothing (decision 1, L10)."""
    own = float(flag["rollout_percentage"])
    chosen = flag["zero_chosen"] or any("user:" in name for name in flag["target_groups"])
    return own if own > 0 or chosen else 100.0


def _keys(step: Transition, place: int = 0) -> tuple[object, ...]:
    value = step.arguments[place]
    assert isinstance(value, tuple)
    return value
