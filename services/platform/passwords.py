"""Hash and verify passwords with argon2id, off the event loop and never too many at once."""

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
    """The hashing of one process."""

    def __init__(
        self,
        *,
        hasher: PasswordHasher | None = None,
        threads: int = THREADS,
        most_waiting: int = MAX_WAITING,
    ) -> None:
        """`hasher`: a cheap one for tests; argon2-cffi's defaults (RFC 9106) otherwise."""
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._most_waiting = most_waiting
        self._waiting = 0
        self._nobody = _hash_of_nobody(self._hasher)

    async def hash(self, password: str) -> str:
        """A hash with its own salt; raises RateLimited where too many wait already."""
        return await self._run(partial(self._hasher.hash, _normal(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; without a hash it takes the same time and is False."""
        fits = await self._run(partial(self._fits, password_hash or self._nobody, password))
        return fits and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """True where the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most_waiting:
            raise RateLimited("Too many people log in at this moment. Try again in a second.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    """One form for texts that look the same but are typed differently on other keyboards."""
    return unicodedata.normalize("NFKC", password)


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """A hash that fits no known password and costs as much to verify as a real one."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
