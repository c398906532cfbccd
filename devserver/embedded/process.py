"""Starts child processes that die with their parent, stops them in time, finds orphans."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]

from devserver.embedded.accounts import Account

TETHER = Path(__file__).with_name("parent_death.py")

# The kernel sends the death signal when the *thread* that forked ends, and callers may well start
# a server from a short-lived thread; this one lives as long as the process.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


def spawn(
    command: Sequence[str],
    *,
    death_signal: signal.Signals,
    env: Mapping[str, str],
    account: Account | None = None,
    output: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command that gets `death_signal` if this process dies (Linux).

    It runs in a session of its own, so Ctrl-C in the terminal reaches only us, and we decide the
    order of stopping. `output` takes both its streams; None inherits ours.
    """
    owner = (account.uid, account.gid) if account else (-1, -1)
    words = (os.getpid(), death_signal.value, *owner, *command)
    tethered = [sys.executable, "-I", "-S", str(TETHER), *map(str, words)]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # commands of ours
            tethered,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )

    return _spawner.submit(start).result()


def end(
    process: subprocess.Popen[bytes],
    steps: Sequence[tuple[signal.Signals, float]],
) -> int:
    """Send each signal in turn until the process exits within its seconds; returns its exit code.

    The last resort is always SIGKILL.
    """
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
    return process.wait()


def find_orphans(program: str, folder: Path) -> list[psutil.Process]:
    """Processes of that name that work in that folder: left by a killed run.

    The working directory distinguishes a server from another process that reuses its pid.
    """
    return [
        process
        for process in psutil.process_iter(["name"])
        if process.info["name"] == program and _works_in(process, folder)
    ]


def kill_orphans(program: str, folder: Path, polite: signal.Signals, seconds: float = 5.0) -> int:
    """Stop what `find_orphans` finds, politely first; returns how many there were."""
    orphans = find_orphans(program, folder)
    pids = {process.pid for process in orphans}
    for process in orphans:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() not in pids:
                process.send_signal(polite)
    if not _wait_gone(orphans, seconds):
        _kill_all(orphans)
    return len(orphans)


def kill_family(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a child with all its descendants, and wait until they are gone."""
    descendants = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _kill_all(descendants)


def _kill_all(processes: Sequence[psutil.Process], seconds: float = 5.0) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_gone(processes, seconds)


def _wait_gone(processes: Sequence[psutil.Process], seconds: float) -> bool:
    """True if all exit in time. A zombie counts as gone: its new parent may never collect it."""
    deadline = time.monotonic() + seconds
    while any(map(_lives, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return str(process.cwd()) == str(folder)
    except psutil.Error:
        return False
