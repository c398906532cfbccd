"""Detects a proxy that hides its clients: all callers then share one address (F6).

Rate limits, cost quotas and connection limits apply per address. A proxy that is missing in
TRUSTED_PROXIES, or does not forward the address of its clients, makes all of them one caller,
mostly with a private address.
"""

import logging
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

ENOUGH = 100  # requests before the first judgement
WINDOW = 1_000  # requests after which the count restarts
SHARE = 0.9
_PATHS = ("/graphql", "/ofrep/")  # requests of people; checks and scrapes come from inside


class Callers:
    """Finds the private address that sends most of the requests of this process."""

    def __init__(self, *, local: bool) -> None:
        """`local`: the app is used on this machine, so its own address is legitimate."""
        self._is_local = local
        self._leader: str | None = None
        self._count = self._total = 0
        self.warning: str | None = None

    def record(self, host: str) -> None:
        """Record the address of a request."""
        self._total += 1
        if host == self._leader:
            self._count += 1
        elif self._count == 0:
            self._leader, self._count = (host, 1) if self._is_suspect(host) else (None, 0)
        else:
            self._count -= 1  # Boyer-Moore: the remaining leader may have sent more than half
        if self._total % ENOUGH == 0:
            self._judge_leader()

    def _judge_leader(self) -> None:
        # A sender of share s has a counter of at least (2s-1) of the total.
        leader = self._leader if self._count >= (2 * SHARE - 1) * self._total else None
        if leader is not None and self.warning is None:
            self.warning = (
                f"nearly all requests come from the private address {leader}: rate limits take all "
                "visitors for one. Name every proxy in TRUSTED_PROXIES, and let the first one set "
                "X-Forwarded-For"
            )
            logger.warning("%s", self.warning)
        elif leader is None:
            self.warning = None
        if self._total >= WINDOW:
            self._leader, self._count, self._total = None, 0, 0

    def _is_suspect(self, host: str) -> bool:
        is_private, is_loopback = _is_private_is_loopback(host)
        return is_private and not (is_loopback and self._is_local)


@lru_cache(maxsize=2_000)  # the addresses that came last
def _is_private_is_loopback(host: str) -> tuple[bool, bool]:
    """Whether an address is private, and whether it is this machine."""
    try:
        address = ip_address(host)
    except ValueError:
        return False, False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_private, address.is_loopback


def is_loopback_url(base_url: str) -> bool:
    """True if the app is used on its own machine only."""
    return urlsplit(base_url).hostname in {"localhost", "127.0.0.1", "::1"}


class CallerMiddleware:
    """Middleware that records the addresses of requests and sockets."""

    def __init__(self, app: ASGIApp, callers: Callers) -> None:
        """`app` is the wrapped application."""
        self._app = app
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record the address and pass the request on."""
        client = scope.get("client")
        if client is not None and scope["path"].startswith(_PATHS):
            self._callers.record(client[0])
        await self._app(scope, receive, send)
