"""Processes of the project that begin where its imports have ended.

To import everything takes a process two seconds of a core, and the suite starts some two hundred:
they are forked from one that has imported it all, by the standard library's fork server. How a
process begins by itself is seen by the tests of `launch up`, and of the children that it starts.
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
# An exit code can be read once; who starts a process looks at all others as well.
_turn = Lock()


class Child:
    """A process of ours, with as much of `subprocess.Popen` as tests use."""

    def __init__(
        self,
        main: str,
        words: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        files: tuple[IO[Any] | int, IO[Any] | int, IO[Any] | int],
    ) -> None:
        """Call `main()` of a module with these arguments; `files` are stdin, stdout and stderr."""
        numbers = [file if isinstance(file, int) else file.fileno() for file in files]
        begin = (_Files(numbers), main, words, dict(env), folder)
        self._process = _server().Process(target=_begin, args=begin)
        with _turn:
            self._process.start()
        self.pid = int(self._process.pid or 0)

    @property
    def returncode(self) -> int | None:
        """As of `subprocess`: None while it runs, negative where a signal ended it."""
        with _turn:
            return self._process.exitcode

    def poll(self) -> int | None:
        """The same: whether it has ended is looked up each time."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises `subprocess.TimeoutExpired` where it takes longer."""
        wait([self._process.sentinel], timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended: its id may be another's by now."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__ + "_preload"])
    return context


class _Files:
    """Open files, for as long as it takes to hand them over."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def __getstate__(self) -> list[Any]:
        return [DupFd(number) for number in self._numbers]

    def __setstate__(self, handed: list[Any]) -> None:
        self._numbers = [each.detach() for each in handed]

    def take(self) -> None:
        """Make them this process's own."""
        for number, ours in enumerate(self._numbers):
            os.dup2(ours, number)
            os.close(ours)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as it lives
        sys.stdout, sys.stderr = (
            open(number, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
            for number in (1, 2)
        )


def _begin(
    files: _Files, main: str, words: Sequence[str], env: Mapping[str, str], folder: Path
) -> None:
    """In the new process: be what the arguments say."""
    files.take()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = [main, *words]
    import_module(main).main()
