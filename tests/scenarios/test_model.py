"""The model can fail: rows that are changed behind its back are seen."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from domain.propagation.verifications import Verification
from tests.scenarios.clock import START
from tests.scenarios.ground import Ground
from tests.scenarios.model import Model, verified_is_in_force
from tests.scenarios.runner import run_steps, shortened
from tests.scenarios.step import Step
from tests.scenarios.transition import Transition

LIVE = (
    Step("create_flag", ("flag_0", False, 25.0, ())),
    Step("create_flag", ("flag_1", True, 50.0, ())),
    Step("create_phase", ("phase_0", ("wedsync",), (("flag_0", None),), ())),
    Step("create_phase", ("phase_1", ("wedme",), (("flag_1", None),), ())),
    Step("activate", ("phase_0", ())),
)


@pytest.mark.parametrize(
    ("sql", "violation"),
    [
        ("UPDATE feature_flags SET enabled = NOT enabled", "which is its owner's"),
        ("UPDATE feature_flags SET enabled = NOT enabled", "its audit ends with"),
        ("UPDATE feature_flags SET rollout_percentage = 3", "which is its owner's"),
        ("UPDATE feature_flags SET run_ceiling = 1 WHERE run_id IS NOT NULL", "the ceiling of"),
        ("UPDATE feature_flags SET run_ceiling = 1 WHERE run_id IS NOT NULL", "took flag_0 from"),
        ("UPDATE feature_flags SET run_step = 90 WHERE run_id IS NOT NULL", "is at step 90"),
        ("UPDATE launch_phases SET status = 'completed' WHERE key = 'phase_0'", "by sql"),
        ("UPDATE launch_phases SET step_index = 3 WHERE key = 'phase_0'", "moved 3 steps by sql"),
        ("UPDATE phase_runs SET outcome = 'completed'", "its run ended as"),
        ("UPDATE launch_event_counter SET seq = seq + 1", "the counter says"),
        ("UPDATE launch_phases SET created_at = '2026-11-30'", "launch_phases.created_at holds"),
        ("UPDATE launch_phases SET started_at = '2032-11-30'", "launch_phases.started_at holds"),
    ],
)
async def test_rows_that_changed_behind_its_back_are_seen(
    ground: Ground, sql: str, violation: str
) -> None:
    run = await run_steps(ground, [*LIVE, Step("sql", (sql,))])
    assert any(violation in text for text in run.violations), run.report()


async def test_a_unit_that_changed_behind_its_back_is_seen(ground: Ground) -> None:
    declared = Step("declare", ("custom.wait", "histogram", "ms", 1.0))
    sql = Step("sql", ("UPDATE custom_metrics SET unit = 's'",))
    run = await run_steps(ground, [declared, sql, Step("declare", ("custom.wait", None, "", 1.0))])
    assert any("('histogram', 's')" in text for text in run.violations), run.report()


@pytest.mark.parametrize(("in_force", "expected"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_verification_that_counts_too_few_or_too_many_is_seen(
    in_force: int, expected: bool
) -> None:
    """One process serves version 5, another has only 4, and one that has died served 5."""
    verification = Verification(5, START, live=3, in_force=in_force)
    after = SimpleNamespace(verified=[verification], reported=[5, 4], lost=[5])
    step = cast("Transition", SimpleNamespace(after=after))
    assert (list(verified_is_in_force(Model(), step)) == []) is expected


async def test_a_failing_sequence_becomes_shorter(ground: Ground) -> None:
    """Whatever has nothing to do with the failure is left out."""
    sql = Step("sql", ("UPDATE launch_event_counter SET seq = seq + 1",))
    short = await shortened(ground, await run_steps(ground, [*LIVE, sql]))
    assert short.steps == [sql]


async def test_the_reference_model_stays_small() -> None:
    """A set of invariants, not a second engine: at most 300 lines of code."""
    files = (Path(__file__).parent / name for name in ("model.py", "guards.py"))
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    assert len([line for line in lines if line.strip()]) <= 300
