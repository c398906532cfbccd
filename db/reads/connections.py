"""A few connections of a process for the statements of query plans (PERF1).

No session, no transaction, no ping and no reset: each statement stands alone, reads only, and is
prepared once a connection. The same is asked by one at a time: who comes meanwhile waits for the
next answer, with all who do; nobody joins a question that was sent before they came.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import asyncpg

from db.circuit_breaker import DatabaseBreaker
from db.direct import driver_url

CONNECTIONS = 4
_FIRST = "SET jit = off"
SECONDS = 1.0  # for one statement: what takes longer is no matter of a few connections
ASIDE_SECONDS = 5.0
STATEMENTS = 200  # prepared for each connection, those that were used last


class Aside(Exception):
    """A statement took too long a moment ago: others find out whether the database is silent."""


class Question(NamedTuple):
    """A statement with the values of its parameters."""

    text: str
    binds: tuple[Any, ...]


Answers: TypeAlias = list[list[asyncpg.Record]]
Finish: TypeAlias = Callable[[Answers], bytes]
Key: TypeAlias = tuple[object, tuple[Question, ...]]


class _Connection(NamedTuple):
    """`generation`: that of the breaker when it was opened."""

    driver: asyncpg.Connection
    generation: int


class _Waiting(NamedTuple):
    """Questions that are not sent yet, and who waits for what `finish` makes of their rows."""

    key: Key
    finish: Finish
    answers: "list[asyncio.Future[bytes]]"


class ReadConnections:
    """One for each process; connects when it is asked."""

    def __init__(self, url: str, breaker: DatabaseBreaker, most: int = CONNECTIONS) -> None:
        """`breaker` is that of the process."""
        self._dsn, self._breaker, self._most = driver_url(url), breaker, most
        self._idle: list[_Connection] = []
        self._taken = 0
        self._waiting: deque[_Waiting] = deque()
        self._by_key: dict[Key, _Waiting] = {}
        self._sent: dict[Key, _Waiting | None] = {}  # under way, and who waits for the next
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._aside_until = 0.0
        self.listeners: list[Callable[[str], None]] = []  # of statements, for tests
        self.shared = 0  # answers that somebody got with others

    def ask(
        self, plan: object, questions: Sequence[Question], finish: Finish
    ) -> "asyncio.Future[bytes]":
        """What `finish` makes of the rows of each statement, one after the other.

        The answer raises whatever was wrong: a connection that was cut is not tried again here.
        """
        loop = asyncio.get_running_loop()
        if self._closed or loop.time() < self._aside_until:
            raise Aside
        self._breaker.check()
        for tell in self.listeners:
            for question in questions:
                tell(question.text)
        # A future each: who leaves takes nothing from others.
        key, answer = (plan, tuple(questions)), loop.create_future()
        known = self._by_key.get(key)
        if known is not None:
            self.shared += 1
            known.answers.append(answer)
        else:
            self._wait(_Waiting(key, finish, [answer]))
        return answer

    def _wait(self, waiting: _Waiting) -> None:
        self._by_key[waiting.key] = waiting
        if waiting.key in self._sent:
            self._sent[waiting.key] = waiting
            return
        self._waiting.append(waiting)
        if self._taken < self._most:
            self._taken += 1
            task = asyncio.create_task(self._serve(), name="reads")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Hang up, after what is being asked."""
        self._closed = True
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._idle:
            self._idle.pop().driver.terminate()

    async def _serve(self) -> None:
        """Answer those who wait, over one connection, until nobody does."""
        try:
            while self._waiting:
                waiting = self._waiting.popleft()
                del self._by_key[waiting.key]
                self._sent[waiting.key] = None
                try:
                    _tell(waiting, waiting.finish(await self._fetch(waiting.key[1])))
                except BaseException as error:
                    _fail(waiting, error)
                    if not isinstance(error, Exception):  # the process ends
                        self._step_aside()
                        raise
                finally:
                    self._land(waiting.key)
        finally:
            self._taken -= 1

    def _land(self, key: Key) -> None:
        following = self._sent.pop(key)
        if following is not None:
            self._waiting.append(following)

    async def _fetch(self, questions: Sequence[Question]) -> Answers:
        try:
            connection = self._known() or await self._connect()
        except Exception:
            self._step_aside()  # or each request would try to connect
            raise
        driver = connection.driver
        try:
            found = [
                await driver.fetch(item.text, *item.binds, timeout=SECONDS) for item in questions
            ]
        except BaseException as error:
            driver.terminate()
            if isinstance(error, TimeoutError):
                self._step_aside()
            raise
        self._idle.append(connection)
        return found

    def _known(self) -> _Connection | None:
        while self._idle:
            found = self._idle.pop()
            if found.generation == self._breaker.generation and not found.driver.is_closed():
                return found
            found.driver.terminate()  # a former primary answers as before
        return None

    def _step_aside(self) -> None:
        """For a moment, and for all who wait: nobody waits twice in vain here."""
        self._aside_until = asyncio.get_running_loop().time() + ASIDE_SECONDS
        for waiting in self._by_key.values():
            _fail(waiting, Aside())
        self._waiting.clear()
        self._by_key.clear()
        self._sent.update(dict.fromkeys(self._sent))

    async def _connect(self) -> _Connection:
        generation = self._breaker.generation
        driver = await asyncpg.connect(
            self._dsn,
            timeout=SECONDS,
            statement_cache_size=STATEMENTS,
            max_cached_statement_lifetime=0,
            # PgBouncer refuses others, and carries these from one session to the next.
            server_settings={
                "application_name": "launch-reads",
                "datestyle": "ISO",
                "timezone": "UTC",
            },
        )
        await driver.execute(_FIRST, timeout=SECONDS)
        return _Connection(driver, generation)


def _tell(waiting: _Waiting, data: bytes) -> None:
    for answer in waiting.answers:
        if not answer.done():
            answer.set_result(data)


def _fail(waiting: _Waiting, error: BaseException) -> None:
    for answer in waiting.answers:
        if answer.done():
            continue
        if isinstance(error, Exception):
            answer.set_exception(error)
            answer.exception()  # seen, or asyncio complains where its caller has left
        else:
            answer.cancel()
