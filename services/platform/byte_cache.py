"""A cache for content that callers choose, bounded in bytes, in total and per caller (D13).

Other caches have keys that callers cannot choose; `test_caches` lists them all.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

ENTRY_BYTES = 300  # approximate overhead of an entry


@dataclass(frozen=True, slots=True)
class _Entry(Generic[V]):
    value: V
    size: int
    owner: Hashable


class _Share(Generic[K]):
    """The entries of one owner."""

    __slots__ = ("keys", "size")

    def __init__(self) -> None:
        self.keys: OrderedDict[K, None] = OrderedDict()
        self.size = 0


class ByteCache(Generic[K, V]):
    """An LRU cache bounded in bytes; the caller states the size of each entry."""

    def __init__(
        self,
        max_bytes: int,
        *,
        max_owner_bytes: int | None = None,
        on_evict: Callable[[K, V], None] | None = None,
    ) -> None:
        """`max_owner_bytes` limits the entries of one caller, whose oldest go first."""
        self.size = 0
        self.max_bytes = max_bytes
        self._max_owner_bytes = max_owner_bytes or max_bytes
        self._on_evict = on_evict
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._owned: dict[Hashable, _Share[K]] = {}

    def __len__(self) -> int:
        """The number of entries."""
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        """Whether an entry exists; this does not count as a use."""
        return key in self._entries

    def get(self, key: K) -> V | None:
        """Return a value, which counts as a use; None without an entry."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        self._owned[entry.owner].keys.move_to_end(key)
        return entry.value

    def put(self, key: K, value: V, size: int, owner: Hashable = None) -> bool:
        """Store a value of a size in bytes, and evict the least recently used entries.

        Returns False and stores nothing if the value exceeds the limit of its owner.
        """
        size += ENTRY_BYTES
        self._drop(key)
        if size > min(self._max_owner_bytes, self.max_bytes):
            return False
        self._entries[key] = _Entry(value, size, owner)
        share = self._owned.setdefault(owner, _Share())
        share.keys[key] = None
        share.size += size
        self.size += size
        while share.size > self._max_owner_bytes:
            self._evict(next(iter(share.keys)))
        while self.size > self.max_bytes:
            self._evict(next(iter(self._entries)))
        return True

    def pop(self, key: K) -> V | None:
        """Remove and return a value."""
        entry = self._drop(key)
        return entry.value if entry is not None else None

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()
        self._owned.clear()
        self.size = 0

    def _evict(self, key: K) -> None:
        entry = self._drop(key)
        if entry is not None and self._on_evict is not None:
            self._on_evict(key, entry.value)

    def _drop(self, key: K) -> _Entry[V] | None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self.size -= entry.size
        share = self._owned[entry.owner]
        share.size -= entry.size
        del share.keys[key]
        if not share.keys:
            del self._owned[entry.owner]
        return entry
