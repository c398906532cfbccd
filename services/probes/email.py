"""Whether the SMTP server would take our mail."""

from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.health import ProbeResult
from services.probes.base import Finding, measure

NOT_CONFIGURED = "no SMTP server configured: mail stays in the outbox"


class EmailProbe:
    """Goes as far as one can without sending a letter: connect, TLS, login, NOOP."""

    def __init__(self, smtp_url: str | None) -> None:
        """`smtp://user:password@host:port`, `smtps://` for TLS from the first byte."""
        self._url = smtp_url

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
        return Finding({"server": f"{client.hostname}:{client.port}"})


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
