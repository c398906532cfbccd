"""Become another command that the kernel ends when its parent dies.

Run as a script with the standard library only, never imported by the servers: a `preexec_fn` is
not safe in a process with threads, and a child that merely watches its parent needs code of ours
inside PostgreSQL. Arguments: parent pid, signal number, uid, gid (-1: stay), then the command.
"""

import os
import sys

PR_SET_PDEATHSIG = 1


def drop_privileges(uid: int, gid: int) -> None:
    """Become another user for good; only root can."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(parent: int, number: int) -> None:
    """Ask for a signal at the parent's death. Elsewhere than on Linux this does nothing."""
    if sys.platform != "linux":
        return
    try:
        import ctypes  # noqa: PLC0415  # some Python builds lack it
    except ImportError:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def main(parent: str, number: str, uid: str, gid: str, *command: str) -> None:
    """Replace this process; the pid stays the same."""
    if int(uid) >= 0:
        drop_privileges(int(uid), int(gid))
    # After the change of user: that clears the request.
    die_with_parent(int(parent), int(number))
    os.execvp(command[0], command)  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
