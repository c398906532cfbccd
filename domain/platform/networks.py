"""The networks by which limits count callers, single ones and groups (S30, SEC5)."""

import ipaddress
from functools import lru_cache

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_IPV6_PREFIX = 64  # the smallest network that a provider assigns to one customer
_IPV4_BLOCK_PREFIX = 24


@lru_cache(maxsize=2_000)  # the addresses that came last; open sockets do not need it again
def network(address: str) -> str:
    """What one caller controls: an IPv4 address, or the /64 around an IPv6 address."""
    parsed = _parse(address)
    if parsed is None:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return _around(parsed, _IPV6_PREFIX)


def public_block(address: str) -> str | None:
    """The /24 of an IPv4 address or the /64 of an IPv6 address.

    None for addresses that are not public: behind a proxy that hides its clients, all would share
    one.
    """
    parsed = _parse(address)
    if parsed is None or not parsed.is_global:
        return None
    is_ipv4 = isinstance(parsed, ipaddress.IPv4Address)
    return _around(parsed, _IPV4_BLOCK_PREFIX if is_ipv4 else _IPV6_PREFIX)


def _parse(address: str) -> _Address | None:
    """The address, IPv4 where IPv6 only maps it; None for a text that is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _around(address: _Address, prefix: int) -> str:
    return str(ipaddress.ip_network((address.packed, prefix), strict=False))
