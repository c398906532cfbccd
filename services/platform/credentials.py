"""Secrets that are shown once and stored only as their SHA-256 (S13, A41)."""

import hashlib
import secrets

API_TOKEN_PREFIX = "wsl_"  # noqa: S105 - a marker, no secret
SHOWN = 12  # characters of a token that people recognise it by


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits as 43 characters that are safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return the stored digest of a secret. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def plausible(credential: str) -> bool:
    """Whether a text has the form of a credential; others need no database query."""
    return credential.isascii() and 43 <= len(credential) <= 64
