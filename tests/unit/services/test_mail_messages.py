"""E-mails as mail programs take them (SEC3, SEC4, RFC 2047, RFC 8058)."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from db.models.mail import Mail
from domain.errors import LaunchError
from domain.platform.text import clean_line
from services.mail.email_addresses import Mailbox, parse_address, parse_mailbox
from services.mail.mail_messages import MalformedMessage, compose

SENDER = parse_mailbox("WedSync <launch@wedsync.app>")
LINK = f"https://launch.wedsync.example/unsubscribe/{'A' * 120}"
ENCODED_WORD = "=?utf-8?q?X=0ABcc=3Aspy=40example.org?="
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
CONTENT = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]


def row(
    subject: str = "Hello", recipient: str = "sarah@example.com", link: str | None = None
) -> Mail:
    return Mail(
        id=uuid4(),
        recipient=recipient,
        subject=subject,
        body="Grüße\n.\nBcc: nobody@example.org\n",
        unsubscribe_url=link,
        created_at=datetime.now(UTC),
    )


def read(message: bytes) -> EmailMessage:
    return BytesParser(policy=policy.SMTP).parsebytes(message)


def test_link_that_stops_mail_is_sent_as_it_is() -> None:
    """A header that is folded or encoded is one that no mail program offers."""
    lines = compose(SENDER, row(link=LINK)).decode("ascii").split("\r\n")
    assert f"List-Unsubscribe: <{LINK}>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_other_mail_cannot_be_stopped() -> None:
    assert b"List-Unsubscribe" not in compose(SENDER, row())


_SUBJECTS = st.lists(
    st.sampled_from(
        [
            ENCODED_WORD,
            "=?",
            "?=",
            "Bcc: x@example.org",
            ",",
            '"',
            "\\",
            "<",
            ">",
            "@",
            ":",
            "é",
            "日本語",
            "💐",
            " ",
            "x" * 90,
            "a b",
            "=?iso-8859-1?b?QQ==?=",
        ]
    )
    | st.characters(codec="utf-8"),
    min_size=1,
    max_size=12,
).map("".join)


@given(_SUBJECTS, _SUBJECTS)
@example(ENCODED_WORD, ENCODED_WORD)
def test_message_says_what_its_row_says_whatever_the_names(subject: str, name: str) -> None:
    """The subject and the sender hold what people typed; no reader finds another header there."""
    try:
        subject, name = clean_line(subject, 200), clean_line(name, 200)
    except LaunchError:
        return
    mail_row = row(f"{subject} invites you to WedMe")
    message = read(compose(Mailbox(name, SENDER.address), mail_row))
    assert message.keys() == HEADERS + CONTENT
    assert str(message["Subject"]) == mail_row.subject
    assert [item.addr_spec for item in message["To"].addresses] == ["sarah@example.com"]
    assert [item.addr_spec for item in message["From"].addresses] == [SENDER.address]
    assert message.get_content().replace("\r\n", "\n") == mail_row.body


def test_sender_with_a_comma_is_one_sender() -> None:
    message = read(compose(parse_mailbox("WedSync, Inc. <launch@wedsync.app>"), row()))
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("WedSync, Inc.", "launch@wedsync.app")


@pytest.mark.parametrize(
    "recipient",
    [
        "a,victim@example.com",
        "=?utf-8?q?admin=40corp.example=2C?=z@example.com",
        "<v>@example.com",
        "Anna <a@x.com>",
    ],
)
def test_row_with_another_recipient_than_it_seems_is_not_sent(recipient: str) -> None:
    """Rows of an older release may hold such addresses."""
    with pytest.raises(MalformedMessage):
        compose(SENDER, row(recipient=recipient))


@pytest.mark.parametrize(
    "subject", ["", "Hello\r\nBcc: a@example.com", "Hello\nthere", "a\u2028b", "\ud800"]
)
def test_row_whose_subject_is_no_line_is_not_sent(subject: str) -> None:
    with pytest.raises(MalformedMessage):
        compose(SENDER, row(subject))


@pytest.mark.parametrize(
    "link", ["https://x.example/ü", "https://x.example/a b", "https://x.example/>\r\nBcc: a@b"]
)
def test_row_whose_link_is_no_url_is_not_sent(link: str) -> None:
    with pytest.raises(MalformedMessage):
        compose(SENDER, row(link=link))


def test_long_subject_stays_below_the_line_limit() -> None:
    subject = "A supplier with a rather long name " * 6 + "x" * 100
    message = compose(Mailbox("Ä" * 150, parse_address("launch@wedsync.app")), row(subject))
    assert max(map(len, message.split(b"\r\n"))) <= 998
    assert str(read(message)["Subject"]) == subject
