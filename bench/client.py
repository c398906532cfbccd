"""An HTTP client that adds next to nothing to what it measures: one blocking socket."""

import json
import socket
import time
from typing import Any, Self

from bench.stack import HOST

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_IDLE = 2.0  # seconds after which uvicorn may soon hang up: it does after 5


class Client:
    """One keep-alive connection. A request is built before its time begins."""

    def __init__(self, port: int, token: str | None = None) -> None:
        """`token` None: a visitor."""
        self._port, self._token = port, token
        self._socket = self._connect()
        self._used_at = time.monotonic()
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def operation(self, document: str, **variables: object) -> bytes:
        """The bytes of a GraphQL request."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        lines = [
            "POST /graphql HTTP/1.1",
            f"host: {HOST}",
            "content-type: application/json",
            "accept: application/json",
            f"content-length: {len(body)}",
            *([f"authorization: Bearer {self._token}"] if self._token else []),
        ]
        return "\r\n".join(lines).encode() + _END + body

    def anew(self, document: str, **variables: object) -> bytes:
        """The same in ever new bytes, so that no answer is given again (ADR 12)."""
        self._number += 1
        return self.operation(document, **variables, unused=self._number)

    def number_from(self, first: int) -> None:
        """Where `anew` goes on to count, so that two clients never send the same."""
        self._number = first

    def send(self, request: bytes) -> tuple[float, bytes]:
        """Seconds from the first byte sent to the last one received, and the body."""
        if time.monotonic() > self._used_at + _IDLE:
            self._socket.close()
            self._socket = self._connect()
        begin = time.perf_counter()
        self._socket.sendall(request)
        body = self._receive()
        seconds = time.perf_counter() - begin
        self._used_at = time.monotonic()
        return seconds, body

    def data(self, document: str, **variables: object) -> Any:  # noqa: ANN401 - as asked for
        """The data of an operation that must succeed, its payload's own errors included."""
        _, body = self.send(self.operation(document, **variables))
        return checked(body)

    def _connect(self) -> socket.socket:
        connection = socket.create_connection((HOST, self._port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _receive(self) -> bytes:
        received = b""
        while (end := received.find(_END)) < 0:
            received += self._chunk()
        head, body = received[:end], bytearray(received[end + len(_END) :])
        length = _length(head)
        while len(body) < length:
            body += self._chunk()
        return bytes(body)

    def _chunk(self) -> bytes:
        chunk = self._socket.recv(262_144)
        if not chunk:
            raise RuntimeError("the server has hung up")
        return chunk


def get(path: str) -> bytes:
    """The bytes of a plain GET."""
    return f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\n\r\n".encode()


def checked(body: bytes) -> Any:  # noqa: ANN401 - as asked for
    """The data of an answer; raises RuntimeError where it tells of an error."""
    answer = json.loads(body)
    data = answer.get("data")
    payloads = data.values() if isinstance(data, dict) else ()
    failed = [item for item in payloads if isinstance(item, dict) and item.get("errors")]
    if answer.get("errors") or failed:
        raise RuntimeError(f"an operation failed: {answer.get('errors') or failed}")
    return data


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    raise RuntimeError("an answer without content-length")
