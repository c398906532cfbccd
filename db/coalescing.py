"""Coalesce concurrent calls of an async function into one call at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from domain.errors import DependencyDown

T = TypeVar("T")


class CoalescedCalls(Generic[T]):
    """Runs a function once for all waiting callers.

    A caller never shares a call that began before it asked.
    """

    def __init__(self, call: Callable[[], Awaitable[T]], name: str) -> None:
        """Wrap `call`, which never runs twice at the same time; `name` is the name of its task."""
        self._call = call
        self._name = name
        self._waiting: list[asyncio.Future[T]] = []
        self._task: asyncio.Task[None] | None = None
        self.call_count = 0

    async def next(self) -> T:
        """Return the result of a call that starts later than this one.

        Raises the errors of the function.
        """
        # Each caller has its own future, so that cancelling one does not affect the others.
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=self._name)
        return await waiter

    async def _run(self) -> None:
        """Run calls until no caller waits."""
        waiting: list[asyncio.Future[T]] = []
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await self._run_once([waiter for waiter in waiting if not waiter.done()])
        finally:
            self._task = None
            for waiter in (*waiting, *self._waiting):  # the task was cancelled
                waiter.cancel()
            self._waiting = []

    async def _run_once(self, waiting: Sequence[asyncio.Future[T]]) -> None:
        self.call_count += 1
        try:
            answer = await self._call()
        except Exception as error:
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_exception(_copy_error(error))
        else:
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_result(answer)


def _copy_error(error: Exception) -> Exception:
    """Copy the error for each waiting caller: a traceback grows with each raise."""
    if not isinstance(error, DependencyDown):
        return error
    own = DependencyDown(error.message, cause=error.cause)
    own.__cause__ = error.__cause__
    return own
