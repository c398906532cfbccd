"""What a reader would see now, as two short names that change whenever that does (ADR 12).

Two equal snapshots see the same rows, whoever wrote them and however: PostgreSQL moves it with
every transaction that has written anything. The version of the flags moves with each transaction
that wrote flags, and stays where others write.
"""

from dataclasses import dataclass

from db.direct import DirectConnection
from db.reach import Reach
from db.rounds import Rounds

_QUERY = "SELECT launch_flag_set_version(), pg_current_snapshot()::text"


@dataclass(frozen=True, slots=True)
class Revision:
    """`flags` says all about the flags, `rows` about every row of the database."""

    flags: int
    rows: str


class Revisions:
    """One for each process, over a connection of its own: a session of SQLAlchemy costs tenfold."""

    def __init__(self, url: str, reach: Reach | None = None) -> None:
        """Connects when it is first asked; `reach` is shared with whoever else asks."""
        self._connection = DirectConnection(url, "launch-revisions", reach or Reach())
        self._rounds = Rounds(self._fetch, "revision")

    @property
    def asked(self) -> int:
        """How often the database was asked."""
        return self._rounds.asked

    async def now(self) -> Revision:
        """The revision at a moment after this call began; raises DependencyDown.

        Never an answer to a question of before: its caller may have seen something newer.
        """
        return await self._rounds.next()

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()

    async def _fetch(self) -> Revision:
        (row,) = await self._connection.fetch(_QUERY)
        return Revision(*row)
