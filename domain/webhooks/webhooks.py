"""Webhooks: where they may go, how they are signed, and when to try again (A46, X14)."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from domain.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL = 2_000
MAX_DOCUMENT = 10_000
SHORTEST_SECRET, LONGEST_SECRET = 16, 200
SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of a secret in base64
_GONE = 410
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")
# After each failure in a row; a hook that still fails then is paused, about 28 hours later.
RETRY_DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200)
)
# IPv6 networks that carry an IPv4 address in their last 32 bits (RFC 6052, RFC 4291).
_CARRIERS = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the settings let webhooks reach beyond public addresses over TLS."""

    plain_http: bool = False
    private_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt; `error` None: the receiver took it."""

    status: int | None
    error: str | None
    milliseconds: int

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None

    @property
    def final(self) -> bool:
        """The receiver says that it wants no more."""
        return self.status == _GONE


def check_url(url: str, allowed: Allowed) -> str:
    """A URL that may be called, as far as its text tells; raises Invalid.

    A name is resolved when it is called, and the address that it has then is what counts.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_url("This is no URL.") from None
    if len(url) > MAX_URL or any(char <= " " or char == "\x7f" for char in url):
        raise _bad_url(f"A URL has at most {MAX_URL} characters and no blanks.")
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed.plain_http):
        raise _bad_url("The URL must start with https://.")
    if not host or port == 0 or "@" in parts.netloc or parts.fragment:
        raise _bad_url("The URL needs a host, and may hold no user, password or fragment.")
    if not allowed.private_addresses and is_private_host(host):
        raise _bad_url("The URL must lead to a public address.")
    return url


def is_private_host(host: str) -> bool:
    """Whether a host is private by its name or by the address that it is."""
    name = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    address = parse_ip_address(name)
    if address is not None:
        return not is_public(address)
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return True  # 0177.0.0.1, 0x7f.1: no name ends so, but some resolvers read an address
    return name == "localhost" or name.endswith(_LOCAL_NAMES) or "." not in name


def parse_ip_address(host: str) -> Address | None:
    """The address that a host is; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, also where IPv6 only carries it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and any(address in network for network in _CARRIERS):
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved)


def signing_key(secret: str) -> bytes:
    """The bytes that sign; raises Invalid. `whsec_` marks base64, else the text is the key."""
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        raise _bad_secret(f"A secret has {SHORTEST_SECRET} to {LONGEST_SECRET} characters.")
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise _bad_secret("What follows whsec_ must be base64.") from None
    if len(key) < SHORTEST_SECRET:
        raise _bad_secret(f"The key must have at least {SHORTEST_SECRET} bytes.")
    return key


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message, as Standard Webhooks wants them."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = hmac.new(signing_key(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def next_attempt(failures: int, now: datetime) -> datetime | None:
    """When to try again after so many failures in a row; None: not by itself."""
    return now + RETRY_DELAYS[failures - 1] if 1 <= failures <= len(RETRY_DELAYS) else None


def _bad_url(message: str) -> Invalid:
    return Invalid(message, path=("url",))


def _bad_secret(message: str) -> Invalid:
    return Invalid(message, path=("secret",))
