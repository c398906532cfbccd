"""Documents that clients name by their hash instead of sending them (A48).

Documents of the manifests are permanent: our own pages and commands list theirs, and an operator
may list more. Others are cached once a client has sent them with their hash, as automatic persisted
queries work: clients resend evicted ones.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.platform.byte_cache import ByteCache

MAX_SEEN_BYTES = 3_000_000  # who sends them is not known yet


def hash_of(document: str) -> str:
    """Return the SHA-256 of a document in hex, as clients compute it."""
    return hashlib.sha256(document.encode()).hexdigest()


class Documents:
    """The documents of one process."""

    def __init__(self, trusted: Mapping[str, str] | None = None, *, only: bool = False) -> None:
        """`only` says that no other document is run."""
        self._trusted = dict(trusted or {})
        self._texts = frozenset(self._trusted.values())
        self._only = only
        self._seen: ByteCache[str, str] = ByteCache(MAX_SEEN_BYTES)

    @classmethod
    def read(
        cls, manifests: Iterable[Path], texts: Iterable[str] = (), *, only: bool
    ) -> "Documents":
        """Read manifests, which are JSON objects of documents by hash, and single documents."""
        texts_by_hash = {hash_of(text): text for text in texts}
        for manifest in manifests:
            texts_by_hash |= json.loads(manifest.read_text())
        return cls(texts_by_hash, only=only)

    def find(self, name: str) -> str | None:
        """Return the document of a hash, or None."""
        return self._trusted.get(name) or self._seen.get(name)

    def is_trusted(self, document: str) -> bool:
        """Whether a document is in a manifest."""
        return document in self._texts

    def allows(self, document: str) -> bool:
        """Whether a document may be run."""
        return not self._only or self.is_trusted(document)

    def remember(self, name: str, document: str) -> None:
        """Remember a document, in the place of the least recently used one."""
        if name not in self._trusted and name not in self._seen and self.allows(document):
            self._seen.put(name, document, 4 * len(document))
