"""Start processes of the project with all its modules imported already.

Importing them takes two seconds of CPU, and the suite starts about two hundred processes: they are
forked from one that has imported everything, with the standard library's fork server. A real start
is covered by the tests of `launch up` and of the children that it starts.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import DupFd
from pathlib import Path
from threading import Lock
from typing import IO, Any

COMMANDS = "cli"
WORKER = "tests.support.worker_process"
# An exit code can be read once; starting a process polls all others too.
_poll_lock = Lock()


class Child:
    """A forked process with the part of `subprocess.Popen` that tests use."""

    def __init__(
        self,
        main: str,
        words: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        files: tuple[IO[Any] | int, IO[Any] | int, IO[Any] | int],
    ) -> None:
        """Call `main()` of a module with arguments; `files` are stdin, stdout and stderr."""
        numbers = [file if isinstance(file, int) else file.fileno() for file in files]
        begin = (_Files(numbers), main, words, dict(env), folder)
        self._process = _fork_server().Process(target=_run_child, args=begin)
        with _poll_lock:
            self._process.start()
        self.pid = int(self._process.pid or 0)

    @property
    def returncode(self) -> int | None:
        """Exit code as in `subprocess`: None while running, negative after a signal."""
        with _poll_lock:
            return self._process.exitcode

    def poll(self) -> int | None:
        """Look the exit code up and return it."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        wait([self._process.sentinel], timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended and its id may be reused."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()


@cache
def _fork_server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__ + "_preload"])
    return context


class _Files:
    """Open files that are being passed to the new process."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def __getstate__(self) -> list[Any]:
        return [DupFd(number) for number in self._numbers]

    def __setstate__(self, handed: list[Any]) -> None:
        self._numbers = [each.detach() for each in handed]

    def take(self) -> None:
        """Install the files as this process's own."""
        for number, own in enumerate(self._numbers):
            os.dup2(own, number)
            os.close(own)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as it lives
        sys.stdout, sys.stderr = (
            open(number, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
            for number in (1, 2)
        )


def _run_child(
    files: _Files, main: str, words: Sequence[str], env: Mapping[str, str], folder: Path
) -> None:
    """Set up the new process according to the arguments and run it."""
    files.take()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = [main, *words]
    import_module(main).main()
