"""Alert channels: which alerts each receives, and names that show no secret (S117, A32)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.incidents.incidents import Severity

_HIDDEN = "***"
_SHAPE = re.compile(
    r"(?i)^(?:(?:(low|medium|high|critical)|after(\d{1,5})([smh]))\+)?([a-z][a-z0-9+.-]*)://\S+$"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
# Schemes whose part after :// is a host. In others, such as slack://, it is a token.
_WITH_HOST = frozenset(
    {
        *("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"),
        *("apprise", "apprises", "gotify", "gotifys", "mmost", "mmosts"),
    }
)


@dataclass(frozen=True, slots=True)
class Channel:
    """An alert channel. The whole `url` is a secret.

    `after`: the channel receives only CRITICAL alerts that stay unacknowledged for so many seconds.
    """

    name: str
    position: int
    minimum: Severity
    url: str = field(repr=False)
    after: float | None = None

    def wants(self, severity: Severity) -> bool:
        """True if the channel receives alerts of this severity."""
        ranks = list(Severity)
        return ranks.index(severity) >= ranks.index(self.minimum)


def channels_of(urls: Sequence[str]) -> list[Channel]:
    """Return the configured channels, each with a unique name."""
    parts = [split(url) for url in urls]
    masks = [masked(url) for _, _, url in parts]
    twice = {mask for mask, count in Counter(masks).items() if count > 1}
    return [
        Channel(f"{mask} #{position}" if mask in twice else mask, position, minimum, url, after)
        for position, (mask, (minimum, after, url)) in enumerate(zip(masks, parts, strict=True), 1)
    ]


def channel_names(urls: Iterable[str]) -> list[str]:
    """Return the names of the configured channels."""
    return [channel.name for channel in channels_of(list(urls))]


def split(url: str) -> tuple[Severity, float | None, str]:
    """Split `critical+slack://...` or `after5m+...` into least severity, delay in seconds and URL.

    Raises ValueError for another form; its message does not contain the URL.
    """
    match = _SHAPE.match(url)
    if match is None:
        raise ValueError(
            "is no URL such as slack://..., critical+mailto://... or after5m+json://..."
        )
    severity, number, unit, _ = match.groups()
    if severity is not None:
        return Severity(severity.lower()), None, url[len(severity) + 1 :]
    if number is None:
        return Severity.LOW, None, url
    after = float(int(number) * _SECONDS[unit.lower()])
    return Severity.CRITICAL, after, url.partition("+")[2]


def masked(url: str) -> str:
    """Scheme and host of a URL; only the scheme if the host part may be a token."""
    scheme = url.partition("://")[0].lower()
    if scheme not in _WITH_HOST:
        return f"{scheme}://{_HIDDEN}"
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return f"{scheme}://{host or _HIDDEN}"
