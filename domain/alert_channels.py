"""Where alerts go: names of channels that show no secret (SPEC S117)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.incidents import Severity

_HIDDEN = "***"
_SHAPE = re.compile(r"(?i)^(?:(low|medium|high|critical)\+)?([a-z][a-z0-9+.-]*)://\S+$")
# Where the place after :// is a machine. Elsewhere, as in slack://, it is a token.
_WITH_HOST = frozenset(
    {
        *("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"),
        *("apprise", "apprises", "gotify", "gotifys", "mmost", "mmosts"),
    }
)


@dataclass(frozen=True, slots=True)
class Channel:
    """One place that is told. `url` is a secret as a whole."""

    name: str
    position: int
    minimum: Severity
    url: str = field(repr=False)

    def wants(self, severity: Severity) -> bool:
        """Whether alerts of this severity go there."""
        ranks = list(Severity)
        return ranks.index(severity) >= ranks.index(self.minimum)


def channels_of(urls: Sequence[str]) -> list[Channel]:
    """The channels of a configuration, each with a name of its own."""
    parts = [split(url) for url in urls]
    masks = [masked(url) for _, url in parts]
    twice = {mask for mask, count in Counter(masks).items() if count > 1}
    return [
        Channel(f"{mask} #{position}" if mask in twice else mask, position, minimum, url)
        for position, (mask, (minimum, url)) in enumerate(zip(masks, parts, strict=True), 1)
    ]


def channel_names(urls: Iterable[str]) -> list[str]:
    """How the channels of a configuration are called."""
    return [channel.name for channel in channels_of(list(urls))]


def split(url: str) -> tuple[Severity, str]:
    """The least severity of `critical+slack://...`, and the URL without it.

    Raises ValueError, without the URL in its text, where it has not that form.
    """
    found = _SHAPE.match(url)
    if found is None:
        raise ValueError("is no URL such as slack://..., json://host/path or critical+mailto://...")
    severity = found.group(1)
    if severity is None:
        return Severity.LOW, url
    return Severity(severity.lower()), url[len(severity) + 1 :]


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
