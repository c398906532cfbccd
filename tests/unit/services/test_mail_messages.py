"""Letters as mail programs take them (RFC 8058)."""

from datetime import UTC, datetime
from uuid import uuid4

from db.models.mail import Mail
from services.mail_messages import message_of

LINK = f"https://launch.wedsync.example/unsubscribe/{'A' * 120}"


def message(link: str | None) -> str:
    row = Mail(
        id=uuid4(),
        recipient="sarah@example.com",
        subject="Ünd weiter",
        body="Hello",
        unsubscribe_url=link,
        created_at=datetime.now(UTC),
    )
    return message_of("WedSync <launch@wedsync.app>", row).as_bytes().decode()


def test_the_link_that_stops_letters_is_sent_as_it_is() -> None:
    """A header that is folded or encoded is one that no mail program offers."""
    found = message(LINK).split("\r\n")
    assert f"List-Unsubscribe: <{LINK}>" in found
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in found


def test_other_letters_cannot_be_stopped() -> None:
    assert "List-Unsubscribe" not in message(None)
