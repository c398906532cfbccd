"""Sessions of `launch login`: a private file with one token per URL."""

import json
import os
from pathlib import Path

from commands.shared.errors import CommandError

_HINT = "set XDG_CONFIG_HOME to a folder of yours, or use `launch login --show` and LAUNCH_TOKEN"


def path() -> Path:
    """The path of the file; raises CommandError without a home directory."""
    base = os.environ.get("XDG_CONFIG_HOME")
    try:
        folder = Path(base) if base else Path.home() / ".config"
    except RuntimeError:
        raise CommandError(f"There is no home directory to store a session in: {_HINT}.") from None
    return folder / "wedsync-launch" / "tokens.json"


def token_of(url: str) -> str | None:
    """The token that is stored for an app."""
    return _read().get(url)


def check() -> None:
    """Check that a token can be stored, before a password is asked for; raises CommandError."""
    folder = path().parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from error


def store(url: str, token: str | None) -> None:
    """Store a token; None deletes it. Raises CommandError if the file cannot be written."""
    try:
        _store(url, token)
    except OSError as error:
        raise _unusable(path().parent, error) from error


def _unusable(folder: Path, error: OSError) -> CommandError:
    return CommandError(f"No session can be stored in {folder} ({error.strerror}): {_HINT}.")


def _store(url: str, token: str | None) -> None:
    tokens = {name: value for name, value in _read().items() if name != url}
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
        tokens = json.loads(path().read_text())
    except (OSError, ValueError, CommandError):
        return {}
    return (
        {str(url): str(token) for url, token in tokens.items()} if isinstance(tokens, dict) else {}
    )
