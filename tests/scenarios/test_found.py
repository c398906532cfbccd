"""Sequences that failed once, in their short form, with what was mended."""

from tests.scenarios.ground import Ground
from tests.scenarios.operators import WINDOW_SECONDS
from tests.scenarios.runner import run_steps
from tests.scenarios.step import Step

FLAG = Step("create_flag", ("flag_0", False, 25.0, ()))
GUARDED = (
    FLAG,
    Step("create_phase", ("phase_0", ("wedsync",), (("flag_0", 25.0),), ())),
    Step("activate", ("phase_0", ("flag_0",)), wait_seconds=300),
    Step("set_criteria", ("phase_0", (("rollback", 1), ("hold", 3))), wait_seconds=900),
)


async def assert_holds(ground: Ground, *steps: Step) -> None:
    run = await run_steps(ground, steps)
    assert run.violations == [], run.report()


async def test_a_database_that_accepts_nobody_is_a_dependency_that_is_down(ground: Ground) -> None:
    """SQLSTATE 55000 of a refused connection was taken for a bug (D11)."""
    await assert_holds(
        ground,
        FLAG,
        Step("lose_database"),
        Step("toggle", ("flag_0", True)),
        Step("poll", (0,)),
        Step("regain_database"),
        Step("poll", (0,)),
    )


async def test_health_is_stored_with_the_moment_of_the_launch(ground: Ground) -> None:
    """States carried the clock of the database, and the watchdog compared with it (X16)."""
    await assert_holds(ground, Step("tick"), Step("watchdog", wait_seconds=900))


async def test_a_sample_of_this_very_moment_counts_in_its_window(ground: Ground) -> None:
    """The product rolled back, and the model did not see why."""
    await assert_holds(
        ground,
        *GUARDED,
        Step("samples", (0.5, 7, 0.0)),
        Step("tick"),
    )


async def test_a_sample_as_old_as_its_window_counts_no_more(ground: Ground) -> None:
    """The model rolled back, and the product did not."""
    await assert_holds(
        ground,
        *GUARDED,
        Step("samples", (0.5, 7, float(WINDOW_SECONDS))),
        Step("tick"),
    )
