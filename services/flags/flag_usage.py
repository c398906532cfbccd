"""Records when flags were last evaluated for a client, and which values were served (A23).

It collects in memory and stores once a minute, so that an evaluation stays cheap. Reading a flag as
an operator does not count.
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
from services.flags.flag_views import Seen
from services.platform import background

logger = logging.getLogger(__name__)

_FLUSH_SECONDS = 60.0
_STOP_SECONDS = 1.0


class FlagUsage:
    """Collects the use of flags in one process."""

    def __init__(
        self,
        db: Database,
        visible: Callable[[], Iterable[str]],
        streams: Callable[[], int] = lambda: 0,
    ) -> None:
        """`visible` returns the keys that clients may see; `streams` the number of open streams."""
        self._all = False
        self._db = db
        self._visible = visible
        self._streams = streams
        self._keys: set[str] = set()
        self._exposures = Exposures()
        self._task: asyncio.Task[None] | None = None

    def note_keys(self, *keys: str) -> None:
        """Note the evaluation of flags that exist; unknown keys would fill the memory."""
        self._keys.update(keys)

    def note_served(self, answer: Sequence[Evaluation]) -> None:
        """Note the values that a client was served."""
        if self._exposures.is_due():
            self._exposures.add(answer)

    def note_seen(self, seen: Seen) -> None:
        """Note the values that a client of a stream was sent."""
        if self._exposures.is_due():
            self._exposures.add(seen.evaluations)

    def note_all(self) -> None:
        """Note the evaluation of all visible flags."""
        self._all = True

    def note_all_served(self, answer: Sequence[Evaluation]) -> None:
        """Note the evaluation of all visible flags, and the values that were served."""
        self.note_all()
        self.note_served(answer)

    async def start(self) -> None:
        """Start storing once a minute."""
        self._task = asyncio.create_task(self._run(), name="flag-usage")

    async def stop(self) -> None:
        """Store the rest. A database that does not answer delays the end by a second at most."""
        await background.end(self._task)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await self.flush()

    async def flush(self) -> None:
        """Store what was collected since the last time; after an error it is kept for the next."""
        is_in_use = self._all or self._streams() > 0
        keys = self._keys | set(self._visible() if is_in_use else ())
        served = self._exposures.take()
        self._all, self._keys = False, set()
        if not keys and not served:
            return
        try:
            await self._store(keys, served)
        except Exception as error:
            logger.warning("flags: storing their use failed; retrying: %r", error)
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
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()


async def last_evaluated(session: AsyncSession, keys: Sequence[str]) -> Mapping[str, datetime]:
    """Return when each flag was last evaluated, to the minute, without flags that never were."""
    return await queries.by_key(session, keys)
