"""The proxies whose X-Forwarded-For is trusted, in the form that uvicorn compares."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from settings import Settings

ANYBODY = "*"


def allowed(settings: Settings) -> list[str]:
    """Each network, and its IPv4-mapped form, which dual-stack sockets report."""
    return [*_allowed(settings.trusted_proxies)]


def _allowed(proxies: str) -> Iterator[str]:
    for name in proxies.split(","):
        yield name.strip()
        if name.strip() == ANYBODY:
            continue
        network = ip_network(name.strip())
        if isinstance(network, IPv4Network):
            yield f"::ffff:{network.network_address}/{96 + network.prefixlen}"


def problem(settings: Settings) -> str | None:
    """A likely misconfiguration; None if there is none."""
    if settings.trusted_proxies == ANYBODY:
        return "TRUSTED_PROXIES=* takes addresses as clients state them: name the proxies instead"
    is_here = settings.host in {"127.0.0.1", "::1", "localhost"}
    is_default = "trusted_proxies" not in settings.model_fields_set
    if settings.base_url.startswith("https://") and is_default and not is_here:
        return (
            "PUBLIC_URL is https, so a proxy stands before this process, and TRUSTED_PROXIES names "
            "only this machine: if it is on another one, all visitors are one for rate limits"
        )
    return None
