"""The probe of authentication: whether a log-in would work now."""

import secrets

from db.queries import health as queries
from db.session import Database
from domain.health.health import ProbeResult
from services.health.probes.base import Finding, ProbeFailed, measure
from services.platform.passwords import Passwords


class AuthProbe:
    """Verifies a password and looks up a session, as a log-in does."""

    def __init__(self, db: Database, passwords: Passwords) -> None:
        """`passwords` is the hasher of the process: the probe notices when it is exhausted."""
        self._db = db
        self._passwords = passwords
        self._password = secrets.token_urlsafe(16)
        self._hash: str | None = None

    async def run(self) -> ProbeResult:
        """Make one log-in without an account."""
        return await measure(self._check())

    async def _check(self) -> Finding:
        # Hashing is as slow as verifying: doing both would look like a slow log-in.
        self._hash = self._hash or await self._passwords.hash(self._password)
        if not await self._passwords.verify(self._hash, self._password):
            raise ProbeFailed("a password did not verify against its own hash")
        async with self._db.read() as session:
            await queries.look_up_session(session, secrets.token_bytes(32))
        return Finding()
