"""The kill switches that one process knows; no I/O (S53, A6, L11)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

from domain.flags.kills import Kill, KillRecord, find_kill, kills_in_force, newest_by_key


class KillSwitch:
    """Merges records from PostgreSQL, from Redis and of its own, in any order.

    A record stays among the unwritten ones until PostgreSQL is known to have it.
    """

    def __init__(self, environment: frozenset[str] = frozenset()) -> None:
        """`environment`: keys of FLAGS_KILLED, which nothing lifts while the process runs."""
        self.environment = environment
        self.kills: Mapping[str, KillRecord] = {}
        self.killed = environment
        self.generation = 0  # another number wherever anything that is shown may be another
        self._newest: dict[str, KillRecord] = {}
        self._unwritten: dict[UUID, KillRecord] = {}
        self._written: set[UUID] = set()
        self._listeners: list[Callable[[], object]] = []

    def on_change(self, listener: Callable[[], object]) -> None:
        """Call back whenever other kills are in force."""
        self._listeners.append(listener)

    @property
    def newest(self) -> Mapping[str, KillRecord]:
        """The record that decides over each key, lifts included."""
        return self._newest

    @property
    def unwritten(self) -> Sequence[KillRecord]:
        """Records that PostgreSQL may not have."""
        return list(self._unwritten.values())

    @property
    def highest(self) -> int:
        """The highest number that is known; 0 where there is none."""
        return max((item.number for item in self._newest.values()), default=0)

    def find(self, key: str) -> Kill | None:
        """The kill that forces a flag off now."""
        return find_kill(key, self.kills, self.environment)

    def is_written(self, record: KillRecord) -> bool:
        """Whether PostgreSQL has it."""
        return record.id not in self._unwritten

    def merge(self, records: Iterable[KillRecord], *, written: bool = False) -> None:
        """Take records from anywhere; `written`: PostgreSQL has them."""
        records = list(records)
        for record in records:
            self._track(record, written=written)
        self._decide(newest_by_key([*self._newest.values(), *records]))

    def compare(self, rows: Sequence[KillRecord]) -> None:
        """Take what PostgreSQL has; what it lacks, after a restored backup, is unwritten again."""
        self.merge(rows, written=True)
        had = {row.id for row in rows}
        for record in self._newest.values():
            if record.id not in had:
                self._written.discard(record.id)
                self._track(record, written=False)

    def drop(self, records: Iterable[KillRecord]) -> None:
        """Do not write these: others have been written in their place."""
        self.generation += 1
        for record in records:
            self._unwritten.pop(record.id, None)

    def needed(self) -> dict[UUID, KillRecord]:
        """What a mirror must hold: what decides, and what PostgreSQL may not have."""
        return {item.id: item for item in (*self._newest.values(), *self._unwritten.values())}

    def forget_superseded(self, ids: Collection[UUID]) -> list[UUID]:
        """Which of these are needed no longer."""
        needed = self.needed()
        gone = [key for key in ids if key not in needed]
        self._written &= needed.keys()
        return gone

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
        moved = kills != self.kills
        self.generation += newest != self._newest
        self._newest, self.kills = newest, kills
        if moved:
            self.killed = self.environment | kills.keys()
            for listener in self._listeners:
                listener()
