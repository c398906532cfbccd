"""The end of tasks that run beside the requests."""

import asyncio

from services.platform import background


async def stubborn(cancellations: int) -> None:
    """Loses so many cancellations, as a driver may."""
    for _ in range(cancellations):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue
    await asyncio.sleep(3600)


async def test_tasks_are_over_however_many_cancellations_they_lose() -> None:
    tasks = [asyncio.create_task(stubborn(cancellations)) for cancellations in range(3)]
    await asyncio.sleep(0)
    await background.end(None, *tasks)
    assert all(task.cancelled() for task in tasks)


async def test_a_finished_task_stays_unchanged() -> None:
    async def work() -> None:
        return None

    task = asyncio.create_task(work())
    await task
    await background.end(task, None)
    assert not task.cancelled()
