"""Where one client falls with each flag: a hash that is worked out once (PERF3).

A ramp moves the limit of a flag, not the bucket of a person, and the hash is the greatest part of
evaluating a flag that is split.
"""

from array import array
from typing import TypeAlias

from domain.flags.flags import BucketBy, bucket_of

Salts: TypeAlias = tuple[tuple[BucketBy, bytes], ...]  # of the visible flags, by their places

_UNKNOWN = 0xFFFF  # buckets are below 10,000


class Buckets:
    """Those of one client; two bytes for each flag."""

    __slots__ = ("_salts", "_values")

    def __init__(self) -> None:
        """Nothing is known."""
        self._salts: Salts = ()
        self._values = array("H")

    def of(self, salts: Salts, place: int, who: bytes) -> int:
        """That of the flag at a place. `who` is the client's id of the kind that the flag asks."""
        if salts is not self._salts:
            self._turn_to(salts)
        found = self._values[place]
        if found == _UNKNOWN:
            found = self._values[place] = bucket_of(salts[place][1] + who)
        return found

    def _turn_to(self, salts: Salts) -> None:
        """Another set of flags: most often the same flags with the same salts."""
        if salts != self._salts:
            self._values = array("H", [_UNKNOWN]) * len(salts)
        self._salts = salts
