"""HTTP clients for servers of tests, which speak plain HTTP on 127.0.0.1.

httpx reads all certificate authorities of the system for each client: 20 ms of CPU, more than most
requests of tests take. These clients trust no authority, because they use no TLS.
"""

import ssl

import httpx2

from tests.support.clock import PATIENCE

_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(
    base_url: str = "",
    *,
    timeout: float = PATIENCE,
    headers: dict[str, str] | None = None,
    limits: httpx2.Limits | None = None,
) -> httpx2.AsyncClient:
    """Create a client with connections of its own; `timeout` is in seconds."""
    return httpx2.AsyncClient(
        base_url=base_url,
        timeout=timeout,
        headers=headers,
        limits=limits or httpx2.Limits(),
        verify=_NO_AUTHORITIES,
        trust_env=False,
    )


def get(url: str) -> httpx2.Response:
    """Send one GET request and wait for the response; raises `httpx2.HTTPError`."""
    return httpx2.get(url, timeout=PATIENCE, verify=_NO_AUTHORITIES, trust_env=False)
