"""The probe of e-mail: whether the SMTP server answers, and how recent deliveries ended."""

from urllib.parse import unquote, urlsplit

import aiosmtplib

from db.queries import mail as queries
from db.session import Database
from domain.errors import DependencyDown
from domain.health.health import ProbeResult
from domain.mail.mail_health import NOT_CONFIGURED, WINDOW, mail_warning
from services.health.probes.base import Finding, measure


class EmailProbe:
    """Does everything but sending an e-mail: connect, TLS, log-in, NOOP."""

    def __init__(self, smtp_url: str | None, db: Database) -> None:
        """`smtp_url` is `smtp://user:password@host:port`, or `smtps://` for implicit TLS."""
        self._url = smtp_url
        self._db = db

    async def run(self) -> ProbeResult:
        """Open one connection."""
        return await measure(self._check())

    async def _check(self) -> Finding:
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
        """Judge recent attempts; None while the database is down, which has its own check."""
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
