"""Could somebody log in now?"""

import secrets

from db.queries import health as queries
from db.session import Database
from domain.health import ProbeResult
from services.passwords import Passwords
from services.probes.base import Finding, ProbeFailed, measure


class AuthProbe:
    """Hashes and verifies a password, then looks a session up: all that a login needs."""

    def __init__(self, db: Database, passwords: Passwords) -> None:
        """The process's own hasher, so that an exhausted one shows."""
        self._db = db
        self._passwords = passwords

    async def run(self) -> ProbeResult:
        """One login without a person."""
        return await measure(self._look())

    async def _look(self) -> Finding:
        password = secrets.token_urlsafe(16)
        hashed = await self._passwords.hash(password)
        if not await self._passwords.verify(hashed, password):
            raise ProbeFailed("a password did not verify against its own hash")
        async with self._db.read() as session:
            await queries.look_up_session(session, secrets.token_bytes(32))
        return Finding()
