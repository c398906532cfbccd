"""Caches the bucket of one client for each flag, so that each is hashed once (PERF3).

A ramp moves the limit of a flag, not the bucket of a client, and hashing is the largest part of
evaluating a percentage rollout.
"""

from array import array
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from domain.flags.flags import BucketBy, bucket_of

Salts: TypeAlias = tuple[tuple[BucketBy, bytes], ...]  # of the visible flags, by their places
Ids: TypeAlias = Mapping[BucketBy, bytes]  # of one client, encoded

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

    def at(self, salts: Salts, places: Iterable[int], ids: Ids) -> Iterable[int]:
        """Return the buckets of all flags, of which only those at `places` are meaningful.

        `ids` has an id for each kind of bucketing at these places.
        """
        if salts is not self._salts:
            self._adopt(salts)
        values = self._values
        if _UNKNOWN in values:
            by_salt: dict[tuple[BucketBy, bytes], int] = {}  # the flags of a cohort have one salt
            for place in places:
                if values[place] == _UNKNOWN:
                    kind, salt = key = salts[place]
                    bucket = by_salt.get(key)
                    if bucket is None:
                        bucket = by_salt[key] = bucket_of(salt + ids[kind])
                    values[place] = bucket
        return values

    def _adopt(self, salts: Salts) -> None:
        """Adopt the salts of another set; the buckets stay if the salts are equal, as is usual."""
        if salts != self._salts:
            self._values = array("H", [_UNKNOWN]) * len(salts)
        self._salts = salts
