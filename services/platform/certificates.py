"""Reads the TLS certificate of the public URL (S122)."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from domain.platform.certificates import Certificate

LOOK_SECONDS = 3.0
_GOOD_FOR = timedelta(minutes=10)
_UNREAD_FOR = timedelta(seconds=30)


class CertificateWatch:
    """Reads the certificate in one process: on demand, seldom, and once for concurrent callers."""

    def __init__(self, base_url: str, clock: Callable[[], datetime]) -> None:
        """A `base_url` with plain HTTP has no certificate."""
        parts = urlsplit(base_url)
        self._host = parts.hostname if parts.scheme == "https" else None
        self._port = parts.port or 443
        self._clock = clock
        self._cached: tuple[datetime, Certificate] | None = None
        self._task: asyncio.Task[Certificate] | None = None

    async def look(self) -> Certificate | None:
        """Return the certificate, at most ten minutes old, or None. Takes 3 s at most."""
        if self._host is None:
            return None
        if self._cached is not None:
            until, certificate = self._cached
            if self._clock() < until:
                return certificate
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(self._host), name="certificate")
        return await asyncio.shield(self._task)

    async def _look(self, host: str) -> Certificate:
        certificate = await read_certificate(host, self._port)
        lasts = _UNREAD_FOR if certificate.expires_at is None else _GOOD_FOR
        self._cached = (self._clock() + lasts, certificate)
        return certificate


async def read_certificate(
    host: str, port: int, trust: ssl.SSLContext | None = None
) -> Certificate:
    """Read the certificate of a server; raises nothing. By default the system's CAs are trusted."""
    trusting = trust or ssl.create_default_context()
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE  # only to read its expiry
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            try:
                return Certificate(await _expiry(host, port, trusting))
            except ssl.SSLCertVerificationError as error:
                return Certificate(await _expiry(host, port, blind), error.verify_message)
    except TimeoutError:
        return Certificate(None, f"no answer within {LOOK_SECONDS:g} s")
    except (OSError, ValueError) as error:
        return Certificate(None, getattr(error, "strerror", None) or str(error))


async def _expiry(host: str, port: int, context: ssl.SSLContext) -> datetime:
    _, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return _expires_at(shown.getpeercert(binary_form=True) or b"")
    finally:
        writer.transport.abort()


def _expires_at(der: bytes) -> datetime:
    """`notAfter`; `ssl` parses only certificates that it trusts, and an expired one is not."""
    # Only processes with an https address need the library, which takes some megabytes.
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415

    return load_der_x509_certificate(der).not_valid_after_utc
