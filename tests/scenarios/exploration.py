"""Random sequences in one process, on servers of its own."""

import asyncio
import gc
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pydantic import SecretStr

from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
from settings import Settings
from tests.scenarios.ground import Ground, prepared
from tests.scenarios.runner import run_seed, shortened
from tests.support import shared_dialect

_EVERY = 100  # sequences between two lines of progress


async def explore(ground: Ground, seeds: range) -> int:
    """Run them all; returns how many failed, each printed in a short form."""
    kinds, refused, moves = Counter[str](), Counter[str](), Counter[str]()
    failed, begin = 0, time.monotonic()
    for count, seed in enumerate(seeds, start=1):
        run = await run_seed(ground, seed)
        kinds.update(outcome.step.kind for outcome in run.outcomes)
        refused.update(outcome.step.kind for outcome in run.outcomes if not outcome.accepted)
        moves.update(run.moves)
        if run.violations and (repeated := await run_seed(ground, seed)).violations:
            failed += 1
            _say(f"== seed {seed}\n{(await shortened(ground, repeated)).report()}")
        elif run.violations:  # timeouts are those of the wall clock: a starved machine meets them
            _say(f"== seed {seed} failed once, and held when it was run again: {run.violations}")
        if count % _EVERY == 0 or count == len(seeds):
            _say(_progress(count, failed, time.monotonic() - begin, kinds, refused))
    for kind, number in kinds.most_common():
        _say(f"{number:8} {kind} ({refused[kind]} refused)")
    for move, number in moves.most_common():
        _say(f"{number:8} {move}")
    return failed


def _progress(
    count: int, failed: int, seconds: float, kinds: Counter[str], refused: Counter[str]
) -> str:
    accepted = 100 * (1 - refused.total() / kinds.total())
    return (
        f"{count} sequences, {failed} failed, {count / seconds:.1f} a second, "
        f"{kinds.total()} steps, {accepted:.0f} % accepted"
    )


async def main(seeds: range) -> int:
    """Start servers, explore, stop them; the exit code is 1 where a sequence failed."""
    with tempfile.TemporaryDirectory(prefix="scenarios-") as folder:
        postgres = EmbeddedPostgres(Path(folder), fast=True)
        valkey = EmbeddedValkey(Path(folder))
        postgres.start()
        valkey.start()
        try:
            settings = Settings(
                _env_file=None,
                environment="test",
                database_url=postgres.url,
                redis_url=valkey.url,
                data_dir=Path(folder),
                secret_key=SecretStr("a secret that only tests know"),
            )
            async with prepared(settings) as ground:
                gc.freeze()  # what was imported is garbage never
                return 1 if await explore(ground, seeds) else 0
        finally:
            valkey.stop()
            postgres.stop()


def run(seeds: range) -> int:
    """The same for a process that has nothing else to do."""
    shared_dialect.install()
    logging.disable(logging.WARNING)
    return asyncio.run(main(seeds))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
