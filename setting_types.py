"""Types of settings: each validates a value at the start of the process."""

import hashlib
import json
import re
import ssl
import warnings
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

# What `services.mail.email_addresses` takes, in ASCII.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS_PATTERN = rf"{_ATOM}(\.{_ATOM})*@({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
SENDER_PATTERN = rf"^([^<>@\x00-\x1f\x7f-\x9f]{{1,200}} <{ADDRESS_PATTERN}>|{ADDRESS_PATTERN})$"
# Least severity or delay of a channel: critical+slack://..., after5m+mailto://...
_ALERT_PREFIX = re.compile(r"(?i)^(low|medium|high|critical|after\d{1,5}[smh])\+")


def _check_postgres_url(value: str) -> str:
    """Accept the usual schemes and name the driver for SQLAlchemy."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("must start with postgresql://")
    return f"postgresql+asyncpg://{rest}"


def _check_redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    return value


def _check_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be http://host or https://host, with a port where needed")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must have no path: the app answers at the root of its host only")
    return value


def _check_networks(value: str) -> str:
    for name in value.split(","):
        if value != "*":
            ip_network(name.strip())
    return value


def _check_authorities(value: Path) -> Path:
    try:
        ssl.create_default_context(cafile=value)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"holds no certificates: {error}") from None
    return value


def _check_documents(value: Path) -> Path:
    try:
        documents = json.loads(value.read_text())
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if not isinstance(documents, dict) or any(
        hashlib.sha256(str(text).encode()).hexdigest() != name for name, text in documents.items()
    ):
        raise ValueError("must be a JSON object of documents by their SHA-256")
    return value


def _split(value: object) -> object:
    """A JSON list, or words separated by blanks."""
    if not isinstance(value, str):
        return value
    return json.loads(value) if value.lstrip().startswith("[") else value.split()


def _check_alert_urls(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Name bad URLs by position, because URLs are secrets."""
    bad = [
        str(position)
        for position, url in enumerate(value, 1)
        if not _is_alert_url(url.get_secret_value())
    ]
    if bad:
        raise ValueError(f"no URL that Apprise understands stands at position {', '.join(bad)}")
    return value


def _is_alert_url(url: str) -> bool:
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - heavy, for those who use it

    plain = _ALERT_PREFIX.sub("", url)
    if re.search(r"\s", plain):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # raised by plugins of Apprise
        try:
            channel = Apprise.instantiate(plain, asset=AppriseAsset(storage_mode="memory"))
        except Exception:
            return False
    return channel is not None


PostgresUrl = Annotated[str, AfterValidator(_check_postgres_url)]
RedisUrl = Annotated[str, AfterValidator(_check_redis_url)]
# Scheme, host and port: pages, cookies and links live at the root of their host.
Origin = Annotated[str, AfterValidator(_check_origin)]
# Addresses and networks. A malformed one would match nobody, without an error.
Networks = Annotated[str, AfterValidator(_check_networks)]
# Files are checked when the process starts, not at the first request.
AuthoritiesFile = Annotated[Path, AfterValidator(_check_authorities)]
DocumentsFile = Annotated[Path, AfterValidator(_check_documents)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
AlertUrls = Annotated[
    tuple[SecretStr, ...],
    NoDecode,
    BeforeValidator(_split),
    AfterValidator(_check_alert_urls),
]
