"""Whether the SMTP server takes our mail: what it says now, and what became of recent e-mails."""

from urllib.parse import unquote, urlsplit

import aiosmtplib

from db.queries import mail as queries
from db.session import Database
from domain.errors import DependencyDown
from domain.health.health import ProbeResult
from domain.mail.mail_health import NOT_CONFIGURED, WINDOW, mail_warning
from services.health.probes.base import Finding, measure


class EmailProbe:
    """Goes as far as one can without sending a letter: connect, TLS, login, NOOP."""

    def __init__(self, smtp_url: str | None, db: Database) -> None:
        """`smtp://user:password@host:port`, `smtps://` for TLS from the first byte."""
        self._url = smtp_url
        self._db = db

    async def run(self) -> ProbeResult:
        """One connection."""
        return await measure(self._look())

    async def _look(self) -> Finding:
        if self._url is None:
            return Finding(warning=NOT_CONFIGURED)
        client = _client(self._url)
        try:
            await client.connect()
            await client.ehlo()
            await client.noop()
            await client.quit()
        finally:
            client.close()
        server = f"{client.hostname}:{client.port}"
        return Finding({"server": server}, await self._recent_warning())

    async def _recent_warning(self) -> str | None:
        """What recent attempts say; nothing while the database, a check of its own, is away."""
        try:
            async with self._db.read() as session:
                recent = await queries.recent_attempts(session, self._db.clock() - WINDOW)
        except DependencyDown:
            return None
        return mail_warning(recent)


def _client(url: str) -> aiosmtplib.SMTP:
    parts = urlsplit(url)
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=None,
    )
