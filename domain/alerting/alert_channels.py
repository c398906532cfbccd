"""Where alerts go, and when: names of channels that show no secret (S117, A32)."""

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
# Where the place after :// is a machine. Elsewhere, as in slack://, it is a token.
_WITH_HOST = frozenset(
    {
        *("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"),
        *("apprise", "apprises", "gotify", "gotifys", "mmost", "mmosts"),
    }
)


@dataclass(frozen=True, slots=True)
class Channel:
    """One place that is told. `url` is a secret as a whole.

    `after`: told only of CRITICAL alerts that nobody has taken for so many seconds.
    """

    name: str
    position: int
    minimum: Severity
    url: str = field(repr=False)
    after: float | None = None

    def wants(self, severity: Severity) -> bool:
        """Whether alerts of this severity go there."""
        ranks = list(Severity)
        return ranks.index(severity) >= ranks.index(self.minimum)


def channels_of(urls: Sequence[str]) -> list[Channel]:
    """The channels of a configuration, each with a name of its own."""
    parts = [split(url) for url in urls]
    masks = [masked(url) for _, _, url in parts]
    twice = {mask for mask, count in Counter(masks).items() if count > 1}
    return [
        Channel(f"{mask} #{position}" if mask in twice else mask, position, minimum, url, after)
        for position, (mask, (minimum, after, url)) in enumerate(zip(masks, parts, strict=True), 1)
    ]


def channel_names(urls: Iterable[str]) -> list[str]:
    """How the channels of a configuration are called."""
    return [channel.name for channel in channels_of(list(urls))]


def split(url: str) -> tuple[Severity, float | None, str]:
    """The least severity of `critical+slack://...`, the seconds of `after5m+...`, and the URL.

    Raises ValueError, without the URL in its text, where it has not that form.
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
    """Scheme and host; only the scheme where what looks like a host may be a token."""
    scheme = url.partition("://")[0].lower()
    if scheme not in _WITH_HOST:
        return f"{scheme}://{_HIDDEN}"
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return f"{scheme}://{host or _HIDDEN}"
