"""The e-mail to the other side when a partnership ends (M4)."""

from domain.mail.email import Letter, MailKind
from domain.mail.email_layout import Button, Words, name_in, write
from domain.platform.platforms import Platform


def connection_ended(platform: Platform, recipient: str, name: str, base_url: str) -> Letter:
    """The e-mail; `name` is the reader's name for the other side. The subject has no name."""
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
