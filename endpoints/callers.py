"""Whether callers can be told apart: behind a proxy that is not named, all are one (F6).

Rate limits, cost quotas and connection limits go by address. A proxy that is missing in
TRUSTED_PROXIES, or does not pass on where its clients come from, gives all of them its own: mostly
a private one.
"""

import logging
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

ENOUGH = 100  # requests before anything is said
WINDOW = 1_000  # and after which counting begins anew
SHARE = 0.9
_PATHS = ("/graphql", "/ofrep/")  # what people ask; checks and scrapes come from inside


class Callers:
    """One a process: how many requests came from the private address that sent the most."""

    def __init__(self, *, local: bool) -> None:
        """`local`: people use it on this machine, so its own address is theirs."""
        self._is_local = local
        self._leader: str | None = None
        self._count = self._total = 0
        self.warning: str | None = None

    def saw(self, host: str) -> None:
        """One request, from where it is said to come."""
        self._total += 1
        if host == self._leader:
            self._count += 1
        elif self._count == 0:
            self._leader, self._count = (host, 1) if self._is_suspect(host) else (None, 0)
        else:
            self._count -= 1  # who is left in the end has sent more than half
        if self._total % ENOUGH == 0:
            self._judge()

    def _judge(self) -> None:
        # Whoever sends nine of ten stays ahead by eight.
        found = self._leader if self._count >= (2 * SHARE - 1) * self._total else None
        if found is not None and self.warning is None:
            self.warning = (
                f"nearly all requests come from the private address {found}: rate limits take all "
                "visitors for one. Name every proxy in TRUSTED_PROXIES, and let the first one set "
                "X-Forwarded-For"
            )
            logger.warning("%s", self.warning)
        elif found is None:
            self.warning = None
        if self._total >= WINDOW:
            self._leader, self._count, self._total = None, 0, 0

    def _is_suspect(self, host: str) -> bool:
        is_private, is_loopback = _kind(host)
        return is_private and not (is_loopback and self._is_local)


@lru_cache(maxsize=2_000)  # of those that came last
def _kind(host: str) -> tuple[bool, bool]:
    """Whether an address is private, and whether it is this machine."""
    try:
        address = ip_address(host)
    except ValueError:
        return False, False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_private, address.is_loopback


def is_local(base_url: str) -> bool:
    """Whether people use this app on its own machine."""
    return urlsplit(base_url).hostname in {"localhost", "127.0.0.1", "::1"}


class SeesCallers:
    """Middleware that notes where requests and sockets come from."""

    def __init__(self, app: ASGIApp, callers: Callers) -> None:
        """`app` is all that is inside."""
        self._app = app
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        client = scope.get("client")
        if client is not None and scope["path"].startswith(_PATHS):
            self._callers.saw(client[0])
        await self._app(scope, receive, send)
