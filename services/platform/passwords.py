"""Hashes and verifies passwords with argon2id, in threads and with bounded concurrency."""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import RateLimited

THREADS = 2  # times 64 MiB
MAX_WAITING = 64  # about four seconds of work

T = TypeVar("T")


class Passwords:
    """Hashes and verifies the passwords of one process."""

    def __init__(
        self,
        *,
        hasher: PasswordHasher | None = None,
        threads: int = THREADS,
        most_waiting: int = MAX_WAITING,
    ) -> None:
        """`hasher` uses argon2-cffi's defaults (RFC 9106); tests pass a cheap one."""
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._most_waiting = most_waiting
        self._waiting = 0
        self._nobody = _dummy_hash(self._hasher)

    async def hash(self, password: str) -> str:
        """Hash a password with its own salt; raises RateLimited where too many calls wait."""
        return await self._run(partial(self._hasher.hash, _normalize(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether a password is right; without a hash it takes the same time and is False."""
        fits = await self._run(partial(self._verify, password_hash or self._nobody, password))
        return fits and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether a hash was made with parameters other than the current ones."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _normalize(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most_waiting:
            raise RateLimited("Too many people are logging in. Try again in a second.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _normalize(password: str) -> str:
    """Normalize a password: keyboards encode the same characters differently."""
    return unicodedata.normalize("NFKC", password)


def _dummy_hash(hasher: PasswordHasher) -> str:
    """Return a hash of no known password that takes as long to verify as a real one."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
