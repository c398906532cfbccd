"""Repeats work in bounded batches, each in its own transaction."""

from collections.abc import Awaitable, Callable

from db.session import Database, UnitOfWork

BATCH = 5000


async def in_batches(
    db: Database, step: Callable[[UnitOfWork], Awaitable[int]], batch: int = BATCH
) -> int:
    """Repeat `step`, which handles up to `batch` rows, until it finds fewer; returns the total."""
    total = 0
    while True:
        async with db.write() as uow:
            done = await step(uow)
        total += done
        if done < batch:
            return total
