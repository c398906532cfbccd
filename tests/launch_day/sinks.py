"""Where e-mails go: a mail server that the day can slow down."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from time import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.servers import free_port


@dataclass(frozen=True, slots=True)
class ReceivedEmail:
    """One that was taken."""

    at: float
    recipient: str
    message_id: str


class MailSink:
    """Takes every e-mail, `delay` seconds after it was sent; in a thread of its own."""

    def __init__(self) -> None:
        self.emails: list[ReceivedEmail] = []
        self.delay = 0.0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        """For SMTP_URL."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def __enter__(self) -> "MailSink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(RuntimeError):
            self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """One e-mail."""
        await asyncio.sleep(self.delay)
        content = envelope.content
        assert isinstance(content, bytes)
        name = str(message_from_bytes(content)["Message-ID"])
        self.emails.extend(ReceivedEmail(time(), str(to), name) for to in envelope.rcpt_tos)
        return "250 taken"
