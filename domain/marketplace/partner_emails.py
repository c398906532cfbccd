"""What is written to the other side of a partnership when it ends (M4)."""

from domain.mail.email import Letter, MailKind
from domain.mail.email_layout import Button, Words, name_in, write
from domain.platform.platforms import Platform


def connection_ended(platform: Platform, recipient: str, name: str, base_url: str) -> Letter:
    """A notice; `name` is what the reader calls the other side. The subject names nobody."""
    keeps = (
        "It stays among your suppliers, as ended."
        if platform is Platform.WEDME
        else "The couple stays among your clients, as archived."
    )
    words = Words(
        "A connection of yours has ended",
        (f"{name_in(name)} has ended your connection. {keeps}",),
        Button("Log in", f"{base_url}/login"),
    )
    return write(MailKind.PARTNER_LEFT, platform, recipient, words)
