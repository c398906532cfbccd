"""The other end of bench.listeners: a crowd of sockets as one object."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, Any

from bench.listeners import ROUND_SECONDS, ListenCommand
from bench.stack import ROOT


class Crowd:
    """All of them have their snapshot. `opened` is how many seconds that took."""

    def __init__(self, command: ListenCommand, sent: IO[str], received: IO[str]) -> None:
        """Waits until they are open."""
        self.size = command.sockets
        self._sent, self._received = sent, received
        self._tell(asdict(command))
        self.opened = float(self._hear()["seconds"])

    def arm(self) -> None:
        """From now on the next message of each counts."""
        self._tell({})
        self._hear()

    def heard(self) -> list[float]:
        """The moments at which they heard; raises RuntimeError where not all of them did."""
        moments = [float(moment) for moment in self._hear()["heard"]]
        if len(moments) < self.size:
            silent = self.size - len(moments)
            raise RuntimeError(f"{silent} sockets heard nothing within {ROUND_SECONDS:g} s")
        return moments

    def _tell(self, message: object) -> None:
        self._sent.write(f"{json.dumps(message)}\n")
        self._sent.flush()

    def _hear(self) -> Any:  # noqa: ANN401 - one line of JSON
        line = self._received.readline()
        if not line:
            raise RuntimeError("the listeners have ended; see above")
        return json.loads(line)


@contextmanager
def crowd(command: ListenCommand) -> Iterator[Crowd]:
    """Open them; they end with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.listeners"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Crowd(command, process.stdin, process.stdout)
        finally:
            process.kill()
