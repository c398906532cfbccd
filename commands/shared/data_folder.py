"""A data folder has one owner, a running process; others get its address (F5)."""

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from commands.shared.errors import CommandError

NAME = "launch.lock"
_TRIES = 10  # another process may be testing the lock
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder that this process owns; the kernel frees the lock when it ends."""

    path: Path
    _lock: int

    def announce(self, address: str | None) -> None:
        """Write down the owner's process id and address."""
        owner = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, owner, 0)

    def release(self) -> None:
        """Release the lock."""
        os.close(self._lock)


def own(path: Path) -> DataFolder:
    """Take ownership of a folder; raises CommandError with the address of the owner."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CommandError(f"The data folder {path} cannot be used: {error.strerror}.") from error
    if not _locked(lock, _TRIES):
        os.close(lock)
        raise CommandError(
            f"The data folder {path} is in use by {_owner(path)}: stop it or set DATA_DIR."
        )
    folder = DataFolder(path, lock)
    folder.announce(None)
    return folder


def is_owned(path: Path) -> bool:
    """True if a living process owns the folder; a process id alone may have been reused."""
    try:
        lock = os.open(path / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _locked(lock: int, tries: int) -> bool:
    for _ in range(tries):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE)
    return False


def _owner(path: Path) -> str:
    try:
        owner = json.loads((path / NAME).read_text())
        where = f"at {owner['address']}" if owner["address"] else "that is just starting"
        return f"a running `launch up` {where} (process {int(owner['pid'])})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
