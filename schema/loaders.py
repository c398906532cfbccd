"""One loader a relation: siblings are read in one statement, nothing is kept between batches."""

from collections.abc import Hashable
from typing import TypeVar

from strawberry.dataloader import DataLoader

from db.session import Database
from services.lookups import Lookup, Lookups
from services.propagation import Propagations

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _loader(lookup: Lookup[K, V]) -> DataLoader[K, V | None]:
    async def load(keys: list[K]) -> list[V | None]:
        found = await lookup(list(dict.fromkeys(keys)))
        return [found.get(key) for key in keys]

    # A socket lives long: what is cached there would be shown stale.
    return DataLoader(load_fn=load, cache=False)


class Loaders:
    """The loaders of one context."""

    def __init__(self, db: Database, propagations: Propagations) -> None:
        """Each batch opens a session of its own (DESIGN rule 3)."""
        lookups = Lookups(db)
        self.user = _loader(lookups.users)
        self.token = _loader(lookups.tokens)
        self.flag = _loader(lookups.flags)
        self.flag_by_key = _loader(lookups.flags_by_key)
        self.phase = _loader(lookups.phases)
        self.phase_flags = _loader(lookups.linked_flags)
        self.run = _loader(lookups.runs)
        self.incident = _loader(lookups.incidents)
        self.change = _loader(lookups.changes)
        self.revertible = _loader(lookups.revertible)
        self.uptime = _loader(lookups.uptimes)
        self.propagation = _loader(propagations.many)
