"""Kill switches: flags forced off whatever their rows say (S53, A6; L11).

A kill is a record, and so is a lift. Per flag the record with the highest number decides, so that
copies in PostgreSQL, in Redis and in each process can be merged in any order.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import ActorRef

EVERY_FLAG = "*"
MAX_KEYS = 100
MAX_NUMBER = 2**53 - 1  # what every JSON reader takes exactly


@dataclass(frozen=True, slots=True)
class KillRecord:
    """One kill or lift of one flag, or of every flag."""

    id: UUID
    key: str
    killed: bool
    number: int
    at: datetime
    by: ActorRef
    reason: str

    @property
    def rank(self) -> tuple[int, bool, UUID]:
        """The greater one decides; of two with one number the kill does."""
        return self.number, self.killed, self.id


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill in force. Without a record it comes from the environment of the process."""

    key: str
    record: KillRecord | None = None


def next_number(highest: int, now: datetime) -> int:
    """A number above all known ones. Microseconds, so that it grows even where none is known.

    A process that has just started, with an empty Redis and without the database, still outranks
    the records of before.
    """
    return min(max(highest + 1, int(now.timestamp() * 1_000_000)), MAX_NUMBER)


def newest_by_key(records: Iterable[KillRecord]) -> dict[str, KillRecord]:
    """The record that decides over each key."""
    newest: dict[str, KillRecord] = {}
    for record in records:
        before = newest.get(record.key)
        if before is None or record.rank > before.rank:
            newest[record.key] = record
    return newest


def kills_in_force(newest: Mapping[str, KillRecord]) -> dict[str, KillRecord]:
    """The kills that no later lift has ended."""
    return {key: record for key, record in newest.items() if record.killed}


def find_kill(
    key: str, kills: Mapping[str, KillRecord], environment: Collection[str]
) -> Kill | None:
    """The kill that forces a flag off: one of its own before one of every flag."""
    for name in (key, EVERY_FLAG):
        if name in kills:
            return Kill(name, kills[name])
        if name in environment:
            return Kill(name)
    return None


def is_killed(key: str, killed: Collection[str]) -> bool:
    """Whether a flag is among the killed ones, by its key or with every flag."""
    return key in killed or EVERY_FLAG in killed
