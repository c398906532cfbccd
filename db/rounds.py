"""One question at a time for all who ask: a thousand at once cost two answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from domain.errors import DependencyDown

T = TypeVar("T")


class Rounds(Generic[T]):
    """Whoever comes while a question is being answered waits for the next, with the others."""

    def __init__(self, ask: Callable[[], Awaitable[T]], name: str) -> None:
        """`ask` is never called twice at once; `name` is that of its task."""
        self._ask = ask
        self._name = name
        self._waiting: list[asyncio.Future[T]] = []
        self._task: asyncio.Task[None] | None = None
        self.asked = 0

    async def next(self) -> T:
        """The answer to a question that was asked after this call began; raises what `ask` does."""
        # A future each, so that one who leaves takes nothing from the others.
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=self._name)
        return await waiter

    async def _run(self) -> None:
        """Until nobody waits."""
        waiting: list[asyncio.Future[T]] = []
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await self._answer([item for item in waiting if not item.done()])
        finally:
            self._task = None
            for item in (*waiting, *self._waiting):  # where this ended before its time
                item.cancel()
            self._waiting = []

    async def _answer(self, waiting: Sequence[asyncio.Future[T]]) -> None:
        self.asked += 1
        try:
            answer = await self._ask()
        except Exception as error:
            for item in waiting:
                if not item.done():
                    item.set_exception(_own(error))
        else:
            for item in waiting:
                if not item.done():
                    item.set_result(answer)


def _own(error: Exception) -> Exception:
    """One for each who waits: a traceback grows with each who raises it."""
    if not isinstance(error, DependencyDown):
        return error
    own = DependencyDown(error.message, cause=error.cause)
    own.__cause__ = error.__cause__
    return own
