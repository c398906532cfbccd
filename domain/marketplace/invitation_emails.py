"""The e-mail with which a supplier invites a couple (S37)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.mail.email import Email, MailKind
from domain.mail.email_layout import Button, Words, name_in, write
from domain.platform.platforms import Platform


@dataclass(frozen=True, slots=True)
class Inviting:
    """Supplier and couple of an invitation, in the words of the supplier."""

    supplier_name: str
    couple_names: str
    link: str
    expires_at: datetime
    unsubscribe: str = field(repr=False)


def invitation(recipient: str, inviting: Inviting) -> Email:
    """The e-mail with the link of an invitation."""
    supplier = name_in(inviting.supplier_name)
    words = Words(
        f"{supplier} invites you to WedMe",
        (
            f"Dear {name_in(inviting.couple_names)},",
            f"{supplier} works on your wedding and invites you to plan it together on WedMe. "
            f"The link is valid until {_day(inviting.expires_at)}.",
        ),
        Button("Accept the invitation", inviting.link),
        "If you do not know the sender, ignore this e-mail or decline the invitation there. "
        "Stop all invitations: " + inviting.unsubscribe,
    )
    email = write(MailKind.INVITATION, Platform.WEDME, recipient, words)
    return replace(email, unsubscribe=inviting.unsubscribe)


def reminder(recipient: str, inviting: Inviting, *, is_last: bool) -> Email:
    """The e-mail to a couple that has not answered; it repeats the link of the invitation."""
    supplier = name_in(inviting.supplier_name)
    until = _day(inviting.expires_at)
    words = Words(
        f"Your invitation from {supplier} ends soon" if is_last else f"{supplier} invited you",
        (
            f"Dear {name_in(inviting.couple_names)},",
            f"{supplier} works on your wedding and has invited you to plan it together on WedMe. "
            f"You have not answered yet. The link is valid until {until}.",
        ),
        Button("See the invitation", inviting.link),
        "Not interested? Decline the invitation there, and you get no more reminders of it. "
        "Stop all invitations: " + inviting.unsubscribe,
    )
    email = write(MailKind.INVITATION, Platform.WEDME, recipient, words)
    return replace(email, unsubscribe=inviting.unsubscribe)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
