"""Answers that are still what they would be if they were worked out again (ADR 12)."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import orjson

from db.revisions import Revision, Revisions
from services.byte_cache import ByteCache
from services.flag_store import FlagStore

# With their keys: the document and its variables. Visitors ask for views, and for few rows.
MAX_ROWS_BYTES, MAX_ROWS_BYTES_OF_ONE = 24_000_000, 4_000_000
MAX_VIEWS_BYTES = 6_000_000


class Source(IntEnum):
    """What an answer is made of, and so what makes it old.

    Of rows, the greater one includes the less; flags as one client sees them are of neither.
    """

    FLAGS = 1  # the table of flags
    ROWS = 2  # any rows of the database
    VIEW = 3  # the flags that this process has in memory, and who asks

    def part(self, revision: Revision) -> Hashable:
        """The part of a revision that an answer made of rows depends on."""
        return revision.flags if self is Source.FLAGS else revision.rows


def together(sources: set[Source]) -> Source | None:
    """What an answer is made of whose parts are made of these; None where it is too much."""
    if Source.VIEW in sources and len(sources) > 1:
        return None
    return max(sources, default=None)


@dataclass(frozen=True, slots=True)
class Question:
    """A valid query that can be answered again."""

    source: Source
    document: tuple[str, str | None]  # its text, and which operation of it was asked for
    variables: bytes  # as JSON, with sorted names
    points: int  # what it costs whoever asks
    name: str | None = None  # of the operation, for logs

    @classmethod
    def of(
        cls,
        source: Source,
        document: tuple[str, str | None],
        variables: Mapping[str, object],
        points: int,
        name: str | None,
    ) -> "Question":
        """Raises TypeError for integers that only Python knows."""
        given = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        return cls(source, document, given, points, name)

    @property
    def size(self) -> int:
        """In bytes, about."""
        return 4 * len(self.document[0]) + len(self.variables)

    def by(self, audience: Hashable) -> Hashable:
        """The key of the answer for all with the same rights."""
        return self.document, self.variables, audience


@dataclass(frozen=True, slots=True)
class Kept:
    """The JSON of an answer, and the revision that was there before it was worked out.

    `again` is what working it out would do besides, whenever it is given.
    """

    revision: Hashable
    data: bytes
    again: Sequence[Callable[[], object]] = ()


class Replies:
    """One for each process. What many visitors see pushes out nothing of the dashboards."""

    def __init__(self, revisions: Revisions, flags: FlagStore) -> None:
        """Both are asked each time: an answer is never older than its question."""
        self._revisions = revisions
        self._flags = flags
        self.rows: ByteCache[Hashable, Kept] = ByteCache(
            MAX_ROWS_BYTES, max_owner_bytes=MAX_ROWS_BYTES_OF_ONE
        )
        self.views: ByteCache[Hashable, Kept] = ByteCache(MAX_VIEWS_BYTES)
        self.hits = 0

    async def close(self) -> None:
        """At the end of the process."""
        await self._revisions.close()

    async def revision(self, source: Source) -> Hashable:
        """What answers of this kind depend on, as it is now; raises DependencyDown."""
        if source is Source.VIEW:
            return self._flags.shown
        return source.part(await self._revisions.now()), self._flags.kills.generation

    def find(self, question: Question, audience: Hashable, revision: Hashable) -> bytes | None:
        """The answer, where it is of this revision. Whoever takes it was given it again."""
        kept = self._pool(question).get(question.by(audience))
        if kept is None or kept.revision != revision:
            return None
        self.hits += 1
        for do in kept.again:
            do()
        return kept.data

    def keep(self, question: Question, audience: Hashable, kept: Kept) -> None:
        """Keep an answer that was worked out after its revision was asked for."""
        size = len(kept.data) + question.size
        self._pool(question).put(question.by(audience), kept, size, audience)

    def _pool(self, question: Question) -> ByteCache[Hashable, Kept]:
        return self.views if question.source is Source.VIEW else self.rows
