"""Sequences that failed once, in their short form, with what was mended."""

from tests.scenarios.ground import Ground
from tests.scenarios.runner import run_steps
from tests.scenarios.step import Step

FLAG = Step("create_flag", ("flag_0", False, 25.0, ()))


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
