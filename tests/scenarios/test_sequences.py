"""160 fixed sequences of 25 steps. `make scenarios` runs random ones, as many as there is time."""

import pytest

from tests.scenarios.ground import Ground
from tests.scenarios.runner import run_seed, shortened

SEQUENCES = 160
_BATCH = 4  # in one test, so that their common start is paid less often
MAX_REFUSED = 0.3  # above it, most of what is tested is refusals


@pytest.mark.parametrize("first", range(0, SEQUENCES, _BATCH))
async def test_every_invariant_holds_after_every_step(ground: Ground, first: int) -> None:
    runs = []
    for seed in range(first, first + _BATCH):
        run = await run_seed(ground, seed)
        if run.violations:
            pytest.fail(f"seed {seed}: {(await shortened(ground, run)).report()}")
        runs.append(run)
    steps, accepted = sum(len(run.outcomes) for run in runs), sum(run.accepted for run in runs)
    assert accepted >= (1 - MAX_REFUSED) * steps, f"{accepted} of {steps} steps were accepted"


async def test_a_seed_gives_the_same_steps_each_time(ground: Ground) -> None:
    assert (await run_seed(ground, 7)).steps == (await run_seed(ground, 7)).steps
