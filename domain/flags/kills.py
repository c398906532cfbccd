"""Kill switches: flags forced off whatever their rows say (S53, A6; L11).

A kill is a record, and so is a lift. For each flag the record with the highest number wins, so
copies in PostgreSQL, in Redis and in each process can be merged in any order.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import ActorRef

EVERY_FLAG = "*"
MAX_KEYS = 100
MAX_NUMBER = 2**53 - 1  # exact in every JSON parser


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
        """The sort key of the winning record; with equal numbers the kill wins."""
        return self.number, self.killed, self.id


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill in force. Without a record it comes from the environment of the process."""

    key: str
    record: KillRecord | None = None


def next_number(highest: int, now: datetime) -> int:
    """A number above all known ones, in microseconds.

    A process that has just started, with an empty Redis and without the database, still outranks
    earlier records.
    """
    return min(max(highest + 1, int(now.timestamp() * 1_000_000)), MAX_NUMBER)


def newest_by_key(records: Iterable[KillRecord]) -> dict[str, KillRecord]:
    """The winning record of each key."""
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
    """The kill that forces a flag off; a kill of the flag itself comes before one of all flags."""
    for name in (key, EVERY_FLAG):
        if name in kills:
            return Kill(name, kills[name])
        if name in environment:
            return Kill(name)
    return None


def is_killed(key: str, killed: Collection[str]) -> bool:
    """True if a flag is killed by its key or with all flags."""
    return key in killed or EVERY_FLAG in killed
