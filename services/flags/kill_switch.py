"""The kill switches that one process knows, without I/O (S53, A6, L11)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

from domain.flags.kills import Kill, KillRecord, find_kill, kills_in_force, newest_by_key


class KillSwitch:
    """Merges records from PostgreSQL, from Redis and from this process, in any order.

    A record counts as unwritten until PostgreSQL is known to have it.
    """

    def __init__(self, environment: frozenset[str] = frozenset()) -> None:
        """`environment`: keys of FLAGS_KILLED, which nothing lifts while the process runs."""
        self.environment = environment
        self.kills: Mapping[str, KillRecord] = {}
        self.killed = environment
        self.generation = 0  # incremented whenever visible kill state changes
        self._newest: dict[str, KillRecord] = {}
        self._unwritten: dict[UUID, KillRecord] = {}
        self._written: set[UUID] = set()
        self._listeners: list[Callable[[], object]] = []

    def on_change(self, listener: Callable[[], object]) -> None:
        """Register a callback for changes of the kills in force."""
        self._listeners.append(listener)

    @property
    def newest(self) -> Mapping[str, KillRecord]:
        """The record that decides for each key; lifts are records too."""
        return self._newest

    @property
    def unwritten(self) -> Sequence[KillRecord]:
        """The records that PostgreSQL may not have."""
        return list(self._unwritten.values())

    @property
    def highest(self) -> int:
        """The highest known number; 0 without records."""
        return max((item.number for item in self._newest.values()), default=0)

    def find(self, key: str) -> Kill | None:
        """Return the kill that forces a flag off now, or None."""
        return find_kill(key, self.kills, self.environment)

    def is_written(self, record: KillRecord) -> bool:
        """Whether PostgreSQL has a record."""
        return record.id not in self._unwritten

    def merge(self, records: Iterable[KillRecord], *, written: bool = False) -> None:
        """Merge records from any source; `written` says that PostgreSQL has them."""
        records = list(records)
        for record in records:
            self._track(record, written=written)
        self._decide(newest_by_key([*self._newest.values(), *records]))

    def compare(self, rows: Sequence[KillRecord]) -> None:
        """Merge the rows of PostgreSQL. What it lacks, as after a restore, is unwritten again."""
        self.merge(rows, written=True)
        row_ids = {row.id for row in rows}
        for record in self._newest.values():
            if record.id not in row_ids:
                self._written.discard(record.id)
                self._track(record, written=False)

    def drop(self, records: Iterable[KillRecord]) -> None:
        """Forget unwritten records: others have been written in their place."""
        self.generation += 1
        for record in records:
            self._unwritten.pop(record.id, None)

    def needed(self) -> dict[UUID, KillRecord]:
        """Return the records that a mirror needs: those that decide, and the unwritten ones."""
        return {item.id: item for item in (*self._newest.values(), *self._unwritten.values())}

    def forget_superseded(self, ids: Collection[UUID]) -> list[UUID]:
        """Return which of these records are no longer needed, and forget them."""
        needed = self.needed()
        superseded = [key for key in ids if key not in needed]
        self._written &= needed.keys()
        return superseded

    def _track(self, record: KillRecord, *, written: bool) -> None:
        before = len(self._unwritten)
        if written:
            self._written.add(record.id)
            self._unwritten.pop(record.id, None)
        elif record.id not in self._written:
            self._unwritten[record.id] = record
        self.generation += len(self._unwritten) != before

    def _decide(self, newest: dict[str, KillRecord]) -> None:
        kills = kills_in_force(newest)
        has_changed = kills != self.kills
        self.generation += newest != self._newest
        self._newest, self.kills = newest, kills
        if has_changed:
            self.killed = self.environment | kills.keys()
            for listener in self._listeners:
                listener()
