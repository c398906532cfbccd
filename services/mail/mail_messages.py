"""Serializes e-mails: headers are encoded from checked parts, then verified (SEC3, SEC4).

Headers are not parsed before they are sent. The finished message is parsed once, as a mail server
does, and must equal its row.
"""

import re
from dataclasses import dataclass, field
from email import policy
from email.errors import HeaderParseError
from email.header import Header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from db.models.mail import Mail
from services.mail.email_addresses import EmailAddress, Mailbox, domain_of, is_address

_CONTENT = policy.SMTP.clone(cte_type="7bit")
_CRLF = "\r\n"
_LINE = 76  # RFC 2047, 2: a line with an encoded word
_ATOMS = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,60}( [\x21-\x7e]{1,60})*")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


class MalformedMessage(ValueError):
    """The row cannot be serialized as a message; a retry cannot help."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server that accepts our e-mails."""

    host: str
    port: int | None
    username: str | None
    password: str | None = field(repr=False)
    use_tls: bool


def compose(sender: Mailbox, row: Mail, reply_to: EmailAddress | None = None) -> bytes:
    """Return the message of a row, in 7-bit lines that end in CRLF.

    Raises MalformedMessage if the message would differ from its row.
    """
    headers = _headers(sender, row, reply_to)
    content = _content(row)
    lines = "".join(f"{name}: {value}{_CRLF}" for name, value in headers)
    try:
        message = lines.encode("ascii") + content.as_bytes(policy=_CONTENT)
    except UnicodeError as error:
        raise MalformedMessage("a header is not ASCII") from error
    _verify(message, sender, row, reply_to, [*(name for name, _ in headers), *content.keys()])
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


def _headers(sender: Mailbox, row: Mail, reply_to: EmailAddress | None) -> list[tuple[str, str]]:
    if not is_address(row.recipient):
        raise MalformedMessage("the recipient is not an e-mail address")
    if reply_to is not None and not is_address(reply_to):
        raise MalformedMessage("the address for answers is not an e-mail address")
    headers = [
        ("From", _mailbox(sender)),
        *([] if reply_to is None else [("Reply-To", str(reply_to))]),
        ("To", row.recipient),
        ("Subject", _text(row.subject, "Subject")),
        ("Date", format_datetime(row.created_at)),
        # The same for every attempt, so that receivers recognize a message that was sent twice.
        ("Message-ID", f"<{row.id}@{domain_of(sender.address)}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    if row.unsubscribe_url is not None:
        if not _VISIBLE_ASCII.fullmatch(row.unsubscribe_url) or ">" in row.unsubscribe_url:
            raise MalformedMessage("the link to unsubscribe is not a URL")
        # One click in the mail program is enough (RFC 8058). Never folded: a folded link breaks.
        headers.append(("List-Unsubscribe", f"<{row.unsubscribe_url}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def _content(row: Mail) -> EmailMessage:
    content = EmailMessage(policy=_CONTENT)
    try:
        content.set_content(row.body)
        if row.html is not None:
            content.add_alternative(row.html, subtype="html")
    except UnicodeError as error:
        raise MalformedMessage("the text holds characters that cannot be encoded") from error
    return content


def _mailbox(sender: Mailbox) -> str:
    name, address = sender.name, f"<{sender.address}>"
    if not name:
        return sender.address
    if _ATOMS.fullmatch(name):
        return f"{name} {address}"
    if _PRINTABLE.fullmatch(name) and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" {address}'
    return f"{_encoded(name, 'From')} {address}"


def _text(value: str, header: str) -> str:
    """Encode an unstructured header: plain text if unambiguous, else encoded words."""
    if _PRINTABLE.fullmatch(value) and "=?" not in value:
        return Header(value, maxlinelen=_LINE, header_name=header).encode(linesep=_CRLF)
    return _encoded(value, header)


def _encoded(value: str, header: str) -> str:
    if not value or value.splitlines() != [value]:
        raise MalformedMessage(f"the {header} is not one line of text")
    try:
        encoder = Header(value, "utf-8", maxlinelen=_LINE, header_name=header)
        return encoder.encode(linesep=_CRLF)
    except (UnicodeError, HeaderParseError) as error:
        raise MalformedMessage(f"the {header} cannot be encoded") from error


def _verify(
    message: bytes,
    sender: Mailbox,
    row: Mail,
    reply_to: EmailAddress | None,
    names: list[str],
) -> None:
    """Parse the message as a mail server does and compare it with the row."""
    read = BytesParser(policy=policy.SMTP).parsebytes(message, headersonly=True)
    if read.keys() != names:
        raise MalformedMessage("the message has other headers than its template")
    if _addresses(read, "To") != [("", row.recipient)]:
        raise MalformedMessage("the message names another recipient than its row")
    if _addresses(read, "From") != [(_compact(sender.name), sender.address)]:
        raise MalformedMessage("the message names another sender")
    if reply_to is not None and _addresses(read, "Reply-To") != [("", reply_to)]:
        raise MalformedMessage("the message names another address for answers")
    if str(read["Subject"]) != row.subject:
        raise MalformedMessage("the subject changes when it is encoded")


def _addresses(message: EmailMessage, header: str) -> list[tuple[str, str]]:
    return [(_compact(item.display_name), item.addr_spec) for item in message[header].addresses]


def _compact(name: str) -> str:
    """Remove blanks: the parser leaves one between the encoded words of a long name."""
    return "".join(name.split())
