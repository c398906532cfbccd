"""Takes secrets out of error texts before anybody reads or stores them (S66)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

_LIMIT = 300
_GONE = "***"

# Each pattern begins where a run of its characters begins and never goes back into it: a text made
# to be slow would block the caller that logs it.

# Credentials of a URL: all up to the last @, since passwords may hold any character.
_URL = re.compile(r"(?<![^\s\"'<>])((?>[^\s\"'<>]*?://))[^\s\"'<>]*@")
_HEADER = re.compile(r"(?i)\b(bearer|basic|digest)\s+[^\s,;\"']+")
_WORDS = "password|passwd|pwd|pass|secret|token|api[-_]?key|access[-_]?key|authorization|cookie"
_PAIR = re.compile(
    rf"(?i)(?<![\w-])(?=[\w-]*?(?:{_WORDS}))([\w-]++[\"']?\s*+[=:]\s*+)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
)
# Any long run of letters and digits that is no UUID and no plain word is taken for a token.
_TOKEN = re.compile(
    r"(?<![\w-])(?!\w{8}-\w{4}-\w{4}-\w{4}-\w{12}(?![\w-]))"
    r"(?=[\w+=-]{0,200}\d)(?=[\w+=-]{0,200}[A-Za-z])[A-Za-z0-9_+=-]{32,}+"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@(?=[\w-]+\.[\w-])")


# Whatever is written around an @, in a sentence or a table; wider than what is an address.
_ADDRESS = re.compile(
    r"(?<![^\s@<>(),;:\"\[\]\\])[^\s@<>(),;:\"\[\]\\]++@[\w.-]*\w(?:[.-]*+@[\w.-]*\w)*+"
)
HIDDEN = "(hidden)"


def scrub(text: str) -> str:
    """One short line without credentials, tokens or passwords."""
    clean = _without_secrets(" ".join(text.split()))
    return clean if len(clean) <= _LIMIT else f"{clean[: _LIMIT - 1]}…"


def redact(text: str) -> str:
    """The text as a log may keep it: e-mail addresses keep their domain only."""
    return _EMAIL.sub(f"{_GONE}@", _without_secrets(text))


def without_addresses(value: object) -> object:
    """JSON without e-mail addresses in its texts, for who may not know people (SEC10)."""
    if isinstance(value, str):
        return _ADDRESS.sub(_hide_address, value) if "@" in value else value
    if isinstance(value, list):
        return [without_addresses(item) for item in value]
    if isinstance(value, dict):
        return {without_addresses(key): without_addresses(item) for key, item in value.items()}
    return value


def hidden_texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of texts in which an address is hidden, at any depth of JSON or dataclasses.

    Stored, they would replace the address: who may not know people must not send them back.
    """
    if isinstance(value, str):
        if HIDDEN in value:
            yield path
        return
    items: Iterable[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    elif is_dataclass(value):
        items = ((field.name, getattr(value, field.name)) for field in fields(value))
    for name, item in items:
        yield from hidden_texts(item, (*path, str(name)))


def _hide_address(match: re.Match[str]) -> str:
    """Hide an address, but not a quoted word that begins with an @, such as '@defer'."""
    local, _, domain = match[0].partition("@")
    return match[0] if not local.strip("'`") and not {".", "@"} & set(domain) else HIDDEN


def _without_secrets(text: str) -> str:
    clean = _URL.sub(rf"\1{_GONE}@", text)
    clean = _HEADER.sub(rf"\1 {_GONE}", clean)
    clean = _PAIR.sub(rf"\1{_GONE}", clean)
    return _TOKEN.sub(_GONE, clean)


def describe(error: BaseException) -> str:
    """An exception as one scrubbed line; its class where it has no text of its own."""
    text = str(error).strip()
    name = type(error).__name__
    return scrub(f"{name}: {text}" if text else name)
