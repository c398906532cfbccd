"""Caches the bucket of one client for each flag, so that each is hashed once (PERF3).

A ramp moves the limit of a flag, not the bucket of a client, and hashing is the largest part of
evaluating a percentage rollout.
"""

from array import array
from typing import TypeAlias

from domain.flags.flags import BucketBy, bucket_of

Salts: TypeAlias = tuple[tuple[BucketBy, bytes], ...]  # of the visible flags, by their places

_UNKNOWN = 0xFFFF  # buckets are below 10,000


class Buckets:
    """The buckets of one client; two bytes for each flag."""

    __slots__ = ("_salts", "_values")

    def __init__(self) -> None:
        """Start without any bucket."""
        self._salts: Salts = ()
        self._values = array("H")

    def of(self, salts: Salts, place: int, client_id: bytes) -> int:
        """Return the bucket for the flag at a place; `client_id` is the id that it buckets by."""
        if salts is not self._salts:
            self._adopt(salts)
        bucket = self._values[place]
        if bucket == _UNKNOWN:
            bucket = self._values[place] = bucket_of(salts[place][1] + client_id)
        return bucket

    def _adopt(self, salts: Salts) -> None:
        """Adopt the salts of another set; the buckets stay if the salts are equal, as is usual."""
        if salts != self._salts:
            self._values = array("H", [_UNKNOWN]) * len(salts)
        self._salts = salts
