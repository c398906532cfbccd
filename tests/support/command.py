"""Run the command `launch` in separate processes, as an operator does."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any

import httpx2

from tests.support.clock import PATIENCE
from tests.support.forkserver import COMMANDS, Child
from tests.support.http import get

CLI = Path(__file__).resolve().parents[2] / "cli.py"
Process = Child | subprocess.Popen[bytes]
_SEEN_BY_US = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a finished command."""

    code: int
    out: str
    err: str


class RunningCommand:
    """A running command and its output so far."""

    def __init__(self, process: Process, stdout: IO[str]) -> None:
        self.process = process
        self.output = ""
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, args=(stdout,), daemon=True)
        self._reader.start()

    def wait_for(self, pattern: str, seconds: float = PATIENCE) -> "re.Match[str]":
        """Read output until a pattern appears; fail after `seconds`."""
        deadline = time.monotonic() + seconds
        while (match := re.search(pattern, self.output)) is None:
            assert time.monotonic() < deadline, f"no {pattern!r} in:\n{self.output}"
            self._take(0.1)
        return match

    def end(self, number: int, seconds: float = PATIENCE) -> float:
        """Send a signal, wait, and return how many seconds the process took to end."""
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(seconds)
        took = time.monotonic() - begin
        self.close()
        return took

    def close(self) -> None:
        """Read the remaining output of a finished command."""
        self._reader.join(PATIENCE)
        self._take(0)

    def _take(self, seconds: float) -> None:
        time.sleep(seconds)
        lines = []
        while not self._lines.empty():
            lines.append(self._lines.get())
        self.output += "".join(lines)  # appending line by line would be quadratic for a busy server

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)


@dataclass(frozen=True, slots=True)
class Launch:
    """Runs `launch` with only the given variables; in `folder`, which has no .env file."""

    folder: Path
    env: dict[str, str]

    def with_env(self, **env: str) -> "Launch":
        """Return a copy with other variables; an empty value removes a variable."""
        return Launch(self.folder, {k: v for k, v in {**self.env, **env}.items() if v})

    def run_unchecked(self, *words: str, stdin: str = "") -> CommandResult:
        """Run a command to its end, whatever its exit code."""
        with ExitStack() as stack:
            input_file, out, err = files = [
                stack.enter_context(TemporaryFile("w+")) for _ in range(3)
            ]
            input_file.write(stdin)
            input_file.seek(0)
            child = Child(COMMANDS, words, self._env(), self.folder, (input_file, out, err))
            stack.callback(child.kill)
            code = child.wait(PATIENCE)
            for file in files:
                file.seek(0)
            ended = CommandResult(code, out.read(), err.read())
        assert "Traceback" not in ended.err, ended.err
        return ended

    def __call__(self, *words: str, stdin: str = "") -> str:
        """Run a command that must succeed and return its stdout."""
        done = self.run_unchecked(*words, stdin=stdin)
        assert done.code == 0, done
        return done.out

    def run_concurrently(self, *commands: Sequence[str]) -> list[CommandResult]:
        """Run commands concurrently and return their results."""
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda words: self.run_unchecked(*words), commands))

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever was asked for
        """Return what a command with --json prints."""
        return json.loads(self(*words, "--json"))

    @contextmanager
    def running(self, *words: str) -> Iterator[RunningCommand]:
        """Keep a command running within the block; `up` starts as it does for a person."""
        reading, writing = os.pipe()
        start = self._as_a_person if words[0] == "up" else self._forked
        process = start(words, writing)
        os.close(writing)
        running = RunningCommand(process, open(reading, encoding="utf-8"))  # noqa: SIM115 - it closes it
        try:
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            running.close()

    def _forked(self, words: tuple[str, ...], out: int) -> Process:
        with open(os.devnull) as nothing:
            return Child(COMMANDS, words, self._env(), self.folder, (nothing, out, out))

    def _as_a_person(self, words: tuple[str, ...], out: int) -> Process:
        return subprocess.Popen(
            [sys.executable, "-u", str(CLI), *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=self.folder,
            env=self._env(),
        )

    def _env(self) -> dict[str, str]:
        seen = {name: os.environ[name] for name in _SEEN_BY_US if name in os.environ}
        return {**seen, **self.env}


def wait_until_ready(url: str, seconds: float = PATIENCE) -> None:
    """Wait until the app reports that it is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} is not ready after {seconds:g} s")
