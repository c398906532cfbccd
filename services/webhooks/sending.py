"""One POST to a receiver: checked address, no redirects, no proxy, ten seconds (A46)."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from domain.errors import Invalid
from domain.platform.redaction import describe
from domain.webhooks.webhooks import Allowed, Outcome, check_url, is_public, parse_address

SEND_SECONDS = 10.0
CONNECT_SECONDS = 5.0
_AGENT = "WedSync-Launch-Webhooks/1"
_PRIVATE = "this name leads to no public address"

Send = Callable[[str, Mapping[str, str], bytes], Awaitable[Outcome]]


class CheckedResolver(AbstractResolver):
    """Gives only public addresses.

    The connection goes to what was checked, not to a second look-up, so a name that changes its
    mind in between gains nothing.
    """

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        """`inner` looks names up; left out: the system does."""
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError where nothing public is left."""
        found = await self._inner.resolve(host, port, family)
        public = [item for item in found if _is_public(item["host"])]
        if not public:
            raise OSError(_PRIVATE)
        return public

    async def close(self) -> None:
        """Nothing of ours."""
        await self._inner.close()


class Sender:
    """Posts bodies. What the receiver answers beside its status is not read."""

    def __init__(self, allowed: Allowed, *, resolver: AbstractResolver | None = None) -> None:
        """`resolver` looks names up before they are checked."""
        self._allowed = allowed
        self._resolver = resolver

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What became of it; raises nothing."""
        begin = perf_counter()
        status, error = None, None
        try:
            # The rules may have become stricter since it was saved. An address in digits is
            # checked here: there is nothing to resolve.
            check_url(url, self._allowed)
            status = await self._post(url, headers, body)
        except TimeoutError:
            error = f"no answer within {SEND_SECONDS:g} s"
        except Invalid as problem:
            error = problem.message
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            error = _without(url, describe(problem))
        if status is not None and not 200 <= status < 300:
            error = f"HTTP status {status}"
        return Outcome(status, error, round((perf_counter() - begin) * 1000))

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
    address = parse_address(host)
    return address is not None and is_public(address)


def _without(url: str, text: str) -> str:
    """A path or query may be a secret."""
    parts = urlsplit(url)
    for secret in (parts.path.strip("/"), parts.query):
        if secret:
            text = text.replace(secret, "***")
    return text
