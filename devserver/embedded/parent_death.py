"""Become another command that the kernel ends when its parent dies.

Run as a script with the standard library only, never imported by the servers: a `preexec_fn` is
not safe in a process with threads, and a child that merely watches its parent needs code of ours
inside PostgreSQL. Arguments: parent pid, signal number, uid, gid (-1: stay), then the command.
"""

import os
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def drop_privileges(uid: int, gid: int) -> None:
    """Become another user for good; only root can."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def process_control() -> Callable[..., int] | None:
    """Find the kernel's call for it. Elsewhere than on Linux there is none."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415  # some Python builds lack it
    except ImportError:
        return None
    return ctypes.CDLL(None).prctl


def main(parent: str, number: str, uid: str, gid: str, *command: str) -> None:
    """Replace this process; the pid stays the same."""
    # Before the change of user: the other one may not be allowed to read this Python's library.
    prctl = process_control()
    if int(uid) >= 0:
        drop_privileges(int(uid), int(gid))
    if prctl is not None:
        # After the change of user: that clears the request.
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != int(parent):  # it died before we asked
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
