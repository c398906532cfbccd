"""The endpoints of a running `launch up`: a private file in its data folder."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from commands.shared import data_folder

NAME = "launch.env"
_PID = "LAUNCH_PID"


def write(data_dir: Path, addresses: Mapping[str, str]) -> None:
    """Write the addresses as a file that a shell can source."""
    values = {**addresses, _PID: str(os.getpid())}
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    draft = data_dir / f"{NAME}.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(data_dir / NAME)


def remove(data_dir: Path) -> None:
    """Remove the file; only for the owner of the folder."""
    (data_dir / NAME).unlink(missing_ok=True)


def read(data_dir: Path) -> Mapping[str, str]:
    """The addresses, if the process that wrote them is alive; else nothing."""
    return _read(data_dir) if data_folder.is_owned(data_dir) else {}


def _read(data_dir: Path) -> dict[str, str]:
    try:
        words = shlex.split((data_dir / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)
