"""Answers that are still what the database would say (ADR 12)."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from enum import IntEnum

from db.revisions import Revision, Revisions

MOST_BYTES = 32_000_000
MOST_OF_ONE = 2_000_000


class Source(IntEnum):
    """What an answer is made of, and so what makes it old; the greater one includes the less."""

    FLAGS = 1  # the table of flags
    ROWS = 2  # any rows of the database

    def part(self, revision: Revision) -> Hashable:
        """The part of a revision that such an answer depends on."""
        return revision.flags if self is Source.FLAGS else revision.rows


@dataclass(frozen=True, slots=True)
class Question:
    """A valid query that rows alone answer; `what` is its document, its name and its variables."""

    source: Source
    what: Hashable
    points: int  # what it costs whoever asks
    name: str | None

    def by(self, audience: Hashable) -> Hashable:
        """The key of the answer for all with the same rights."""
        return self.what, audience


@dataclass(frozen=True, slots=True)
class Kept:
    """The JSON of an answer, and the revision that was there before it was worked out."""

    revision: Hashable
    data: bytes


class Replies:
    """One for each process; the answers that were used last, up to so many bytes."""

    def __init__(self, revisions: Revisions, most_bytes: int = MOST_BYTES) -> None:
        """`revisions` is asked each time: an answer is never older than its question."""
        self._revisions = revisions
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self.size = 0
        self.hits = 0

    async def close(self) -> None:
        """At the end of the process."""
        await self._revisions.close()

    async def revision(self, source: Source) -> Hashable:
        """What answers of this kind depend on, as it is now; raises DependencyDown."""
        return source.part(await self._revisions.now())

    def find(self, key: Hashable, revision: Hashable) -> bytes | None:
        """The answer, where it is of this revision."""
        kept = self._kept.get(key)
        if kept is None or kept.revision != revision:
            return None
        self._kept.move_to_end(key)
        self.hits += 1
        return kept.data

    def keep(self, key: Hashable, revision: Hashable, data: bytes) -> None:
        """Keep an answer that was worked out after the revision was asked for."""
        if len(data) > MOST_OF_ONE:
            return
        before = self._kept.pop(key, None)
        self._kept[key] = Kept(revision, data)
        self.size += len(data) - (len(before.data) if before else 0)
        while self.size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self.size -= len(oldest.data)
