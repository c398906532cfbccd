"""The fingerprint of a plan, which tells afterwards what is no longer as planned (X3; L24)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

_NAME, _CONTENT, _WHOLE = 3, 4, 16  # bytes


def fingerprint(parts: Mapping[str, object]) -> str:
    """A digest of the whole, and after a dot a short one of each part. `repr` is what counts."""
    lines = [f"{name}:{part!r}" for name, part in sorted(parts.items())]
    whole = hashlib.sha256("\n".join(lines).encode()).hexdigest()[: 2 * _WHOLE]
    pieces = b"".join(name + content for name, content in sorted(_digests(parts).items()))
    return f"{whole}.{base64.urlsafe_b64encode(pieces).decode().rstrip('=')}"


def drift(seen: str, parts: Mapping[str, object]) -> list[str] | None:
    """Which parts changed, came or went since a fingerprint was made; None where it says nothing.

    A part that went is `a removed flag`: its digest does not tell its name.
    """
    before = _parse(seen.partition(".")[2])
    if before is None:
        return None
    now = {_digest(name, _NAME): name for name in parts}
    digests = _digests(parts)
    changed = [name for key, name in now.items() if before.get(key) != digests[key]]
    return [*sorted(changed), *["a removed flag"] * len(before.keys() - now.keys())]


def _digests(parts: Mapping[str, object]) -> dict[bytes, bytes]:
    return {_digest(name, _NAME): _digest(repr(part), _CONTENT) for name, part in parts.items()}


def _digest(text: str, size: int) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:size]


def _parse(text: str) -> dict[bytes, bytes] | None:
    try:
        pieces = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    size = _NAME + _CONTENT
    if not pieces or len(pieces) % size:
        return None
    chunks = [pieces[start : start + size] for start in range(0, len(pieces), size)]
    return {piece[:_NAME]: piece[_NAME:] for piece in chunks}
