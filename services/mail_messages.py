"""A letter as the mail server and mail programs take it."""

from dataclasses import dataclass, field
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from urllib.parse import unquote, urlsplit

from db.models.mail import Mail


class _Link(UnstructuredHeader, BaseHeader):
    """Never folded: a long link would be encoded, and no mail program reads that."""

    def fold(self, *, policy: Policy) -> str:
        """One line, as it is."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Link)
_POLICY = SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed over."""

    host: str
    port: int | None
    username: str | None
    password: str | None = field(repr=False)
    use_tls: bool


def message_of(sender: str, row: Mail) -> EmailMessage:
    """The message; raises ValueError for an address or a subject that cannot be one."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = row.recipient
    message["Subject"] = row.subject
    message["Date"] = row.created_at
    # The same for every attempt, so that a letter sent twice can be told as one.
    message["Message-ID"] = f"<{row.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    if row.unsubscribe_url is not None:
        # One click in the mail program is enough (RFC 8058).
        message["List-Unsubscribe"] = f"<{row.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.body)
    if row.html is not None:
        message.add_alternative(row.html, subtype="html")
    return message


def server_of(url: str) -> Server:
    """smtp://, or smtps:// for TLS from the first byte; user and password are percent-encoded."""
    parts = urlsplit(url)
    return Server(
        host=parts.hostname or "localhost",
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
    )
