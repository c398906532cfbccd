"""A page of a list with a fixed order: rows after one place and before another (A43)."""

from dataclasses import dataclass
from typing import Generic, TypeVar

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Keyset(Generic[P]):
    """`limit` rows between two places, from the beginning of those or `from_end`.

    From the end they are read backwards: the last row comes first.
    """

    limit: int
    after: P | None = None
    before: P | None = None
    from_end: bool = False
