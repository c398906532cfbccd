"""Notes for whom buckets are computed, which is the largest part of a percentage rollout."""

import pytest

from domain.flags.flags import bucket_of
from services.flags import flag_buckets


def note_hashed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A list of the bytes `salt:key` that are hashed from now on."""
    hashed: list[bytes] = []

    def noting(salted: bytes) -> int:
        hashed.append(salted)
        return bucket_of(salted)

    monkeypatch.setattr(flag_buckets, "bucket_of", noting)
    return hashed
