"""The system account that runs PostgreSQL, which refuses to run as root."""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devserver.embedded.errors import ServerFailed

# The name that the PostgreSQL package itself creates and uses.
ACCOUNT = "pgserver"

_PASS = stat.S_IXOTH
_READ = stat.S_IROTH


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a server runs as."""

    uid: int
    gid: int


@cache
def server_account() -> Account | None:
    """The account for PostgreSQL, created if missing; None if we are not root."""
    if os.geteuid() != 0:
        return None
    with _one_at_a_time():
        entry = _look_up() or _create()
    return Account(entry.pw_uid, entry.pw_gid)


def let_through(path: Path) -> None:
    """Let other accounts traverse the folders above `path` without listing them.

    Only missing search bits are added: a private home stays unreadable.
    """
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & _PASS:
            folder.chmod(stat.S_IMODE(mode) | _PASS)


def let_read(root: Path) -> None:
    """Let other accounts read an installed tree, which a strict umask may have prevented."""
    if root.stat().st_mode & _READ:
        return
    for folder, _, names in os.walk(root):
        _add(Path(folder), _READ | _PASS)
        for path in (Path(folder, name) for name in names):
            runs = path.stat().st_mode & stat.S_IXUSR
            _add(path, _READ | _PASS if runs else _READ)


def own(path: Path, account: Account | None) -> None:
    """Create a private folder if missing, and give it to the account of the server."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)


def _add(path: Path, bits: int) -> None:
    path.chmod(stat.S_IMODE(path.stat().st_mode) | bits)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Serialise `useradd`: of two at once, one may lose its account."""
    folder = os.open("/etc", os.O_RDONLY)  # the file that they all change; it always exists
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _look_up() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise ServerFailed(
            "PostgreSQL does not run as root and there is no `useradd` to make an account for it: "
            "run as another user, or set DATABASE_URL."
        )
    # No home and no login; `--system` keeps a session manager from removing its shared memory.
    command = [useradd, "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNT]
    result = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    entry = _look_up()  # another process may have created it
    if entry is None:
        raise ServerFailed(f"The account {ACCOUNT} could not be made: {result.stderr.strip()}")
    return entry
