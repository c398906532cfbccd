"""Commits beside a benchmark: a launch always writes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import perf_counter

import asyncpg

RATE = 200  # commits a second


class Writer:
    """Commits one statement again and again, from a thread."""

    def __init__(self, url: str, statement: str) -> None:
        """Begins with `start`."""
        self._url, self._statement = url, statement
        self._ends = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.commits, self._begin = 0, 0.0

    def start(self) -> None:
        """From now on."""
        self._begin = perf_counter()
        self._thread.start()

    def stop(self) -> float:
        """How many there were a second."""
        self._ends.set()
        self._thread.join()
        return self.commits / (perf_counter() - self._begin)

    async def _run(self) -> None:
        connection = await asyncpg.connect(self._url)
        prepared = await connection.prepare(self._statement)
        while not self._ends.is_set():
            await prepared.fetch()
            self.commits += 1
            due = self._begin + self.commits / RATE
            await asyncio.sleep(max(0.0, due - perf_counter()))
        await connection.close()


@contextmanager
def writing(url: str, statement: str | None, rates: list[float]) -> Iterator[None]:
    """RATE commits a second as long as the block lasts; None: nobody writes."""
    if statement is None:
        yield
        return
    writer = Writer(url, statement)
    writer.start()
    try:
        yield
    finally:
        rates.append(writer.stop())
