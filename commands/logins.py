"""Sessions that `launch login` has opened: a file for its owner only, one token a URL."""

import json
import os
from pathlib import Path


def path() -> Path:
    """Where the tokens are kept."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "wedsync-launch" / "tokens.json"


def token_of(url: str) -> str | None:
    """The token that was stored for an app."""
    return _read().get(url)


def store(url: str, token: str | None) -> None:
    """Keep a token; None forgets it."""
    tokens = {known: value for known, value in _read().items() if known != url}
    if token is not None:
        tokens[url] = token
    file = path()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(tokens, opened, indent=2)
    draft.replace(file)


def _read() -> dict[str, str]:
    try:
        found = json.loads(path().read_text())
    except (OSError, ValueError):
        return {}
    return {str(url): str(token) for url, token in found.items()} if isinstance(found, dict) else {}
