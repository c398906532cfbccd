"""What WedMe writes to the two partners of a couple about each other (M9)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.mail.email import Email, MailKind
from domain.mail.email_layout import Button, Words, write
from domain.platform.platforms import Platform

_NOT_YOU = "If this was not you, change your password now and reply to this e-mail."


@dataclass(frozen=True, slots=True)
class PartnerInviting:
    """Who invites: their address, which the reader knows better than any name."""

    sender_email: str
    link: str
    expires_at: datetime
    unsubscribe: str = field(repr=False)


def couple_invitation(recipient: str, inviting: PartnerInviting) -> Email:
    """The e-mail with the link that lets the second partner in."""
    words = Words(
        "Your partner invites you to plan your wedding together",
        (
            f"{inviting.sender_email} is planning your wedding on WedMe and would like you to "
            "join. You get an account of your own, and you both see the same: your suppliers, "
            "your messages and what is left to do.",
            f"The link is valid until {_day(inviting.expires_at)}.",
        ),
        Button("Plan together", inviting.link),
        "If you do not know the sender, ignore this e-mail. "
        "Stop all invitations: " + inviting.unsubscribe,
    )
    email = write(MailKind.INVITATION, Platform.WEDME, recipient, words)
    return replace(email, unsubscribe=inviting.unsubscribe)


def you_were_removed(recipient: str, base_url: str) -> Email:
    """To the one who was removed."""
    return _notice(
        recipient,
        "You no longer plan together on WedMe",
        "Your partner removed your account from the wedding that you planned together. You can "
        "still log in, but you no longer see its suppliers and messages.",
        base_url,
    )


def you_removed(recipient: str, base_url: str) -> Email:
    """To the one who stays and has removed the other."""
    return _notice(
        recipient,
        "You removed your partner from your wedding",
        f"The account of your partner no longer sees your wedding on WedMe. {_NOT_YOU}",
        base_url,
    )


def you_left(recipient: str, base_url: str) -> Email:
    """To the one who has left."""
    return _notice(
        recipient,
        "You left the wedding that you planned together",
        "Your account no longer sees its suppliers and messages. Your partner keeps them. "
        f"{_NOT_YOU}",
        base_url,
    )


def partner_left_you(recipient: str, base_url: str) -> Email:
    """To the one who stays, when the other has left or deleted their account."""
    return _notice(
        recipient,
        "You are now the only one who plans your wedding on WedMe",
        "Your partner no longer sees your wedding. Your suppliers and messages stay with you, and "
        "you can invite your partner again at any time.",
        base_url,
    )


def _notice(recipient: str, subject: str, text: str, base_url: str) -> Email:
    words = Words(subject, (text,), Button("Log in", f"{base_url}/login"))
    return write(MailKind.PARTNER_LEFT, Platform.WEDME, recipient, words)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
