"""Posts a body to a receiver: checked address, no redirects, no proxy, ten seconds (A46)."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from urllib.parse import quote, urlsplit, urlunsplit

import aiohttp
import idna
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from domain.errors import Invalid
from domain.platform.redaction import describe
from domain.webhooks.webhooks import Allowed, Outcome, check_url, is_public, parse_ip_address

SEND_SECONDS = 10.0
CONNECT_SECONDS = 5.0
_AGENT = "WedSync-Launch-Webhooks/1"
_PRIVATE = "this name has no public address"

Send = Callable[[str, Mapping[str, str], bytes], Awaitable[Outcome]]


def ascii_url(url: str) -> str:
    """Return a URL as HTTP sends it: its host by IDNA, other characters beyond ASCII escaped.

    What is ASCII stays as it is, because a receiver may compare it. Raises Invalid for a host that
    no name server knows.
    """
    if url.isascii():
        return url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except ValueError:
        raise Invalid("The host of the URL is no domain name.", path=("url",)) from None
    netloc = parts.netloc if host.isascii() else name if port is None else f"{name}:{port}"
    address = urlunsplit((parts.scheme, netloc, parts.path, parts.query, parts.fragment))
    return "".join(letter if letter.isascii() else quote(letter) for letter in address)


class CheckedResolver(AbstractResolver):
    """Resolves names to public addresses only.

    The connection uses the checked addresses, not a second look-up, so DNS rebinding has no effect.
    """

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        """`inner` resolves names; by default the system does."""
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of a name; raises OSError where there is none."""
        addresses = await self._inner.resolve(host, port, family)
        public = [item for item in addresses if _is_public(item["host"])]
        if not public:
            raise OSError(_PRIVATE)
        return public

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


class Sender:
    """Posts bodies. It reads the status of the response and nothing else."""

    def __init__(self, allowed: Allowed, *, resolver: AbstractResolver | None = None) -> None:
        """`resolver` resolves the names, which are then checked."""
        self._allowed = allowed
        self._resolver = resolver

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post a body and return the outcome; raises nothing."""
        started_at = perf_counter()
        status, error, target = None, None, url
        try:
            # The rules may have become stricter since it was saved. An address in digits is
            # checked here: there is nothing to resolve.
            target = check_url(ascii_url(url), self._allowed)
            status = await self._post(target, headers, body)
        except TimeoutError:
            error = f"no answer within {SEND_SECONDS:g} s"
        except Invalid as problem:
            error = problem.message
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            error = _mask_url(target, _mask_url(url, describe(problem)))
        if status is not None and not 200 <= status < 300:
            error = f"HTTP status {status}"
        return Outcome(status, error, round((perf_counter() - started_at) * 1000))

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = {**headers, "content-type": "application/json", "user-agent": _AGENT}
        async with (
            asyncio.timeout(SEND_SECONDS),
            aiohttp.ClientSession(
                connector=self._connector(),
                timeout=aiohttp.ClientTimeout(total=SEND_SECONDS, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            ) as session,
            session.post(
                URL(url, encoded=True), data=body, headers=sent, allow_redirects=False
            ) as response,
        ):
            return response.status

    def _connector(self) -> aiohttp.TCPConnector:
        inner = self._resolver or ThreadedResolver()
        resolver = inner if self._allowed.private_addresses else CheckedResolver(inner)
        return aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)


def _is_public(host: str) -> bool:
    address = parse_ip_address(host)
    return address is not None and is_public(address)


def _mask_url(url: str, text: str) -> str:
    """Mask path and query of the URL, which may be secrets."""
    parts = urlsplit(url)
    for secret in (parts.path.strip("/"), parts.query):
        if secret:
            text = text.replace(secret, "***")
    return text
