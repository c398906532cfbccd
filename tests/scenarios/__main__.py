"""Random sequences: `python -m tests.scenarios COUNT [SEED]`."""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.scenarios.exploration import run


def run_beside(count: int, seed: int) -> int:
    """Share the seeds among as many processes as there are cores, each with servers of its own."""
    number = min(os.cpu_count() or 1, count)
    parts = [range(seed + first, seed + count, number) for first in range(number)]
    with ProcessPoolExecutor(number, get_context("spawn")) as pool:
        return max(pool.map(run, parts))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(run_beside(numbers[0], numbers[1] if len(numbers) > 1 else int(time.time())))
