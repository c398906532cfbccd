"""Executes another command that the kernel kills when its parent dies.

It runs as a script with the standard library only and is never imported by the servers: a
`preexec_fn` is not safe in a process with threads, and a child that watches its parent would need
our code inside PostgreSQL. Arguments: parent pid, signal number, uid, gid (-1: unchanged), then the
command.
"""

import os
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def drop_privileges(uid: int, gid: int) -> None:
    """Switch to another user for good; requires root."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def process_control() -> Callable[..., int] | None:
    """The function `prctl`; None on other systems than Linux."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415  # some Python builds lack it
    except ImportError:
        return None
    return ctypes.CDLL(None).prctl


def main(parent: str, number: str, uid: str, gid: str, *command: str) -> None:
    """Replace this process with the command; the pid stays the same."""
    # Before the change of user: the other one may not be allowed to read this Python's library.
    prctl = process_control()
    if int(uid) >= 0:
        drop_privileges(int(uid), int(gid))
    if prctl is not None:
        # After the change of user: that clears the request.
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != int(parent):  # it died before prctl was called
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
