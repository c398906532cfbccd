"""The command `launch` as processes of its own, as an operator runs it."""

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

CLI = Path(__file__).resolve().parents[2] / "cli.py"
Process = Child | subprocess.Popen[bytes]
_SEEN_BY_US = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Running:
    """A command that stays, and what it has printed so far."""

    def __init__(self, process: Process, stdout: IO[str]) -> None:
        self.process = process
        self.output = ""
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, args=(stdout,), daemon=True)
        self._reader.start()

    def wait_for(self, pattern: str, seconds: float = PATIENCE) -> "re.Match[str]":
        """Read on until the pattern has come; fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while (found := re.search(pattern, self.output)) is None:
            assert time.monotonic() < deadline, f"no {pattern!r} in:\n{self.output}"
            self._take(0.1)
        return found

    def end(self, number: int, seconds: float = PATIENCE) -> float:
        """Send the signal and wait; returns the seconds it took."""
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(seconds)
        took = time.monotonic() - begin
        self.close()
        return took

    def close(self) -> None:
        """Read what an ended command has left."""
        self._reader.join(PATIENCE)
        self._take(0)

    def _take(self, seconds: float) -> None:
        time.sleep(seconds)
        lines = []
        while not self._lines.empty():
            lines.append(self._lines.get())
        self.output += "".join(lines)  # one by one would be quadratic in what a busy server prints

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)


@dataclass(frozen=True, slots=True)
class Launch:
    """Runs `launch` with these variables and no others of ours; in `folder`, without a .env."""

    folder: Path
    env: dict[str, str]

    def but(self, **env: str) -> "Launch":
        """The same with other variables; an empty one is taken away."""
        return Launch(self.folder, {k: v for k, v in {**self.env, **env}.items() if v})

    def try_(self, *words: str, stdin: str = "") -> Ended:
        """Run to the end, however that is."""
        with ExitStack() as stack:
            said, out, err = files = [stack.enter_context(TemporaryFile("w+")) for _ in range(3)]
            said.write(stdin)
            said.seek(0)
            child = Child(COMMANDS, words, self._env(), self.folder, (said, out, err))
            stack.callback(child.kill)
            code = child.wait(PATIENCE)
            for file in files:
                file.seek(0)
            ended = Ended(code, out.read(), err.read())
        assert "Traceback" not in ended.err, ended.err
        return ended

    def __call__(self, *words: str, stdin: str = "") -> str:
        """Run a command that must succeed; returns its stdout."""
        done = self.try_(*words, stdin=stdin)
        assert done.code == 0, done
        return done.out

    def try_all(self, *commands: Sequence[str]) -> list[Ended]:
        """Run commands beside each other, in no order; how each of them ended."""
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda words: self.try_(*words), commands))

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever was asked for
        """What a command with --json prints."""
        return json.loads(self(*words, "--json"))

    @contextmanager
    def running(self, *words: str) -> Iterator[Running]:
        """Keep a command running for as long as the block lasts; `up` begins as a person's does."""
        reading, writing = os.pipe()
        start = self._as_a_person if words[0] == "up" else self._forked
        process = start(words, writing)
        os.close(writing)
        running = Running(process, open(reading, encoding="utf-8"))  # noqa: SIM115 - it closes it
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
        ours = {name: os.environ[name] for name in _SEEN_BY_US if name in os.environ}
        return {**ours, **self.env}


def wait_until_ready(url: str, seconds: float = PATIENCE) -> None:
    """Return when the app says that it can serve."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/readyz", timeout=PATIENCE, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} is not ready after {seconds:g} s")
