"""Secrets that are shown once and kept only as their SHA-256 (S13, A41)."""

import hashlib
import secrets

API_TOKEN_PREFIX = "wsl_"  # noqa: S105 - a marker, no secret
SHOWN = 12  # characters of a token that people recognise it by


def new_secret(prefix: str = "") -> str:
    """256 random bits as 43 characters that fit into a URL."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def plausible(credential: str) -> bool:
    """False for what cannot be one of ours, so that the database is not asked about it."""
    return credential.isascii() and 43 <= len(credential) <= 64
