"""Real receivers of alerts on 127.0.0.1: an HTTP server and a mail server."""

import asyncio
import json
from email import message_from_bytes
from email.message import Message
from time import time
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.servers import free_port
from tests.support.tcp_servers import TcpServer


class HttpReceiver(TcpServer):
    """Receives `json://` messages; responds with `statuses` in order, then with 200."""

    def __init__(self) -> None:
        super().__init__(free_port())
        self.messages: list[dict[str, Any]] = []
        self.arrived: list[float] = []  # wall-clock time of each message
        self.statuses: list[int] = []
        self.calls = 0

    @property
    def url(self) -> str:
        """Return the URL for ALERT_URLS; its path is a secret."""
        return f"json://127.0.0.1:{self.port}/hook/s3cr3t-path"

    @property
    def titles(self) -> list[str]:
        """Return the titles of the received messages, in order."""
        return [str(message["title"]) for message in self.messages]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(head.split("content-length:")[1].split("\r\n")[0])
        message = json.loads(await reader.readexactly(size))
        self.calls += 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.messages.append(message)
            self.arrived.append(time())
        reply = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(reply.encode())
        await writer.drain()
        writer.close()


class MailReceiver:
    """Receives `mailto://` messages in a separate thread."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        """Return the URL for ALERT_URLS."""
        port = self._controller.port
        return (
            f"mailto://127.0.0.1:{port}?from=launch@wedsync.app&to=ops@wedsync.app&smtp=127.0.0.1"
        )

    def start(self) -> None:
        """Start listening."""
        self._controller.start()

    def stop(self) -> None:
        """Stop accepting connections."""
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Store one e-mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content))
        return "250 taken"
