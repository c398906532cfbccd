"""Documents that clients name by their hash instead of sending them (SPEC A48).

Those of the manifest are known for good: a build of the dashboards may list them. Others are
remembered once a client has sent them with their hash, as automatic persisted queries work: what
was forgotten is sent again.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

MOST_BYTES = 10_000_000


def hash_of(document: str) -> str:
    """SHA-256 in hex, as clients compute it."""
    return hashlib.sha256(document.encode()).hexdigest()


class Documents:
    """What one process knows."""

    def __init__(self, trusted: Mapping[str, str] | None = None, *, only: bool = False) -> None:
        """`only`: no other document is run."""
        self._trusted = dict(trusted or {})
        self._texts = frozenset(self._trusted.values())
        self._only = only
        self._seen: OrderedDict[str, str] = OrderedDict()
        self._size = 0

    @classmethod
    def read(cls, manifest: Path | None, *, only: bool) -> "Documents":
        """From a JSON object of documents by hash, which the settings have looked at."""
        return cls(json.loads(manifest.read_text()) if manifest else None, only=only)

    def find(self, name: str) -> str | None:
        """The document of a hash."""
        found = self._trusted.get(name) or self._seen.get(name)
        if name in self._seen:
            self._seen.move_to_end(name)
        return found

    def allows(self, document: str) -> bool:
        """Whether this document may be run here."""
        return not self._only or document in self._texts

    def remember(self, name: str, document: str) -> None:
        """Keep it; of too many, those that were used last."""
        if name in self._trusted or name in self._seen or not self.allows(document):
            return
        self._seen[name] = document
        self._size += len(document)
        while self._size > MOST_BYTES:
            _, gone = self._seen.popitem(last=False)
            self._size -= len(gone)
