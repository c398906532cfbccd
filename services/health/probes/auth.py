"""Whether somebody could log in now."""

import secrets

from db.queries import health as queries
from db.session import Database
from domain.health.health import ProbeResult
from services.health.probes.base import Finding, ProbeFailed, measure
from services.platform.passwords import Passwords


class AuthProbe:
    """Verifies a password and looks a session up: all that a login needs."""

    def __init__(self, db: Database, passwords: Passwords) -> None:
        """The process's own hasher, so that an exhausted one shows."""
        self._db = db
        self._passwords = passwords
        self._password = secrets.token_urlsafe(16)
        self._hash: str | None = None

    async def run(self) -> ProbeResult:
        """One login without a person."""
        return await measure(self._look())

    async def _look(self) -> Finding:
        # Hashed once: to hash is as slow as to verify, and both would look like a slow login.
        self._hash = self._hash or await self._passwords.hash(self._password)
        if not await self._passwords.verify(self._hash, self._password):
            raise ProbeFailed("a password did not verify against its own hash")
        async with self._db.read() as session:
            await queries.look_up_session(session, secrets.token_bytes(32))
        return Finding()
