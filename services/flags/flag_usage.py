"""When flags were last evaluated for somebody, and as what they were served (A23).

Noted in memory, stored once a minute. Evaluating costs an assignment and a reference more. Looking
at a flag as an operator does not count.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import flag_exposures as exposures
from db.queries import flag_usage as queries
from db.session import Database
from domain.flags.exposures import Exposures, Served
from domain.flags.flags import Evaluation
from services.platform import background

logger = logging.getLogger(__name__)

_PAUSE = 60.0
_STOP_SECONDS = 1.0


class FlagUsage:
    """One a process."""

    def __init__(
        self,
        db: Database,
        visible: Callable[[], Iterable[str]],
        streams: Callable[[], int] = lambda: 0,
    ) -> None:
        """`visible`: the keys of all flags that clients may know of; `streams` of these, open."""
        self._all = False
        self._db = db
        self._visible = visible
        self._streams = streams
        self._keys: set[str] = set()
        self._exposures = Exposures()
        self._task: asyncio.Task[None] | None = None

    def saw(self, *keys: str) -> None:
        """Some flags were evaluated: flags that exist, or memory fills with what people try."""
        self._keys.update(keys)

    def served(self, answer: Sequence[Evaluation]) -> None:
        """Somebody was given these."""
        self._exposures.add(answer)

    def saw_all(self) -> None:
        """All of them were evaluated for somebody."""
        self._all = True

    def served_all(self, answer: Sequence[Evaluation]) -> None:
        """All of them were evaluated, and somebody was given these."""
        self.saw_all()
        self.served(answer)

    async def start(self) -> None:
        """Store what was seen, once a minute."""
        self._task = asyncio.create_task(self._run(), name="flag-usage")

    async def stop(self) -> None:
        """Store the rest; a database that is away does not hold up the end."""
        await background.end(self._task)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await self.flush()

    async def flush(self) -> None:
        """Store what was seen since the last time; what cannot be stored waits for the next."""
        somebody = self._all or self._streams() > 0
        keys = self._keys | set(self._visible() if somebody else ())
        served = self._exposures.take()
        self._all, self._keys = False, set()
        if not keys and not served:
            return
        try:
            await self._store(keys, served)
        except Exception as error:
            logger.warning("flags: their use is stored later: %r", error)
            self._keys |= keys
            self._exposures.put_back(served)

    async def _store(self, keys: set[str], served: Served) -> None:
        async with self._db.write() as uow:
            if keys:
                await queries.record(uow.session, sorted(keys), uow.now)
            if served:
                await exposures.add(uow.session, served, uow.now)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_PAUSE)
            await self.flush()


async def last_evaluated(session: AsyncSession, keys: Sequence[str]) -> Mapping[str, datetime]:
    """When each flag was last evaluated, to the minute; those that never were are left out."""
    return await queries.by_key(session, keys)
