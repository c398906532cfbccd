"""Answers that are still what they would be if they were worked out again (ADR 12)."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import orjson

from db.revisions import Revision, Revisions
from services.flag_store import FlagStore

MOST_BYTES = 32_000_000
MOST_OF_ONE = 2_000_000


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


class Pool:
    """The answers that were used last, up to so many bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Empty."""
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self.size = 0

    def find(self, key: Hashable, revision: Hashable) -> Kept | None:
        """The answer, where it is of this revision."""
        kept = self._kept.get(key)
        if kept is None or kept.revision != revision:
            return None
        self._kept.move_to_end(key)
        return kept

    def keep(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, and let go of the least used."""
        if len(kept.data) > MOST_OF_ONE:
            return
        before = self._kept.pop(key, None)
        self._kept[key] = kept
        self.size += len(kept.data) - (len(before.data) if before else 0)
        while self.size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self.size -= len(oldest.data)


class Replies:
    """One for each process. What many visitors see pushes out nothing of the dashboards."""

    def __init__(self, revisions: Revisions, flags: FlagStore) -> None:
        """Both are asked each time: an answer is never older than its question."""
        self._revisions = revisions
        self._flags = flags
        self.rows, self.views = Pool(), Pool()
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
        kept = self._pool(question).find(question.by(audience), revision)
        if kept is None:
            return None
        self.hits += 1
        for do in kept.again:
            do()
        return kept.data

    def keep(self, question: Question, audience: Hashable, kept: Kept) -> None:
        """Keep an answer that was worked out after its revision was asked for."""
        self._pool(question).keep(question.by(audience), kept)

    def _pool(self, question: Question) -> Pool:
        return self.views if question.source is Source.VIEW else self.rows
