"""E-mails about an account: confirmation, log-in links, passwords, invitations of the staff."""

from domain.mail.email import Email, MailKind
from domain.mail.email_layout import BRANDS, Button, Words, name_in, write
from domain.platform.platforms import Platform

_NOT_YOU = "If this was not you, ignore this e-mail: "


def password_reset(platform: Platform, recipient: str, link: str) -> Email:
    """The e-mail with a link to choose a new password."""
    words = Words(
        "Reset your password",
        ("We received a request to reset your password. The link is valid for one hour.",),
        Button("Choose a password", link),
        f"{_NOT_YOU}your password stays the same.",
    )
    return write(MailKind.PASSWORD_RESET, platform, recipient, words)


def log_in_link(platform: Platform, recipient: str, link: str) -> Email:
    """The e-mail with a link that logs its reader in without a password."""
    words = Words(
        "Your log-in link",
        (
            "Open the link within 15 minutes to log in. It works once, on any of your devices.",
            "Whoever has the link can log in as you: do not forward this e-mail.",
        ),
        Button("Log in", link),
        f"{_NOT_YOU}nobody is logged in without the link.",
    )
    return write(MailKind.LOG_IN_LINK, platform, recipient, words)


def password_changed(platform: Platform, recipient: str, base_url: str) -> Email:
    """Tell the owner of an account that its password was changed."""
    words = Words(
        "Your password was changed",
        (
            "Your password was changed, and your other devices were logged out.",
            "If this was not you, choose another password now.",
        ),
        Button("Choose another password", f"{base_url}/forgot-password"),
    )
    return write(MailKind.PASSWORD_CHANGED, platform, recipient, words)


def somebody_signed_up(platform: Platform, recipient: str, base_url: str) -> Email:
    """Notify the owner of an address of a sign-up attempt with it."""
    words = Words(
        "You already have an account",
        (
            "Someone tried to sign up with this e-mail address, which already has an account.",
            f"Forgot your password? {base_url}/forgot-password",
        ),
        Button("Log in", f"{base_url}/login"),
        f"{_NOT_YOU}nobody was logged in.",
    )
    return write(MailKind.ALREADY_SIGNED_UP, platform, recipient, words)


def confirm_email(platform: Platform, recipient: str, link: str) -> Email:
    """The e-mail with a link that proves that the reader owns the mailbox."""
    words = Words(
        "Confirm your e-mail address",
        ("Confirm that this e-mail address is yours. The link is valid for three days.",),
        Button("Confirm this address", link),
        f"{_NOT_YOU}the address is not used unless it is confirmed.",
    )
    return write(MailKind.CONFIRM_EMAIL, platform, recipient, words)


_FIRST_STEPS = {
    Platform.WEDSYNC: (
        "In about five minutes you are ready: say what your business offers, add the couple that "
        "you work with, and send it an invitation to WedMe. You can stop at any step, and go on "
        "where you left it."
    ),
    Platform.WEDME: (
        "Tell us both of your names and the day. Your suppliers appear as soon as you open the "
        "invitation that they send you."
    ),
}


def welcome(platform: Platform, recipient: str, link: str) -> Email:
    """The first e-mail of a new account: the next steps, and the link that confirms the mailbox."""
    brand = BRANDS[platform].name
    words = Words(
        f"Welcome to {brand}: confirm your e-mail",
        (
            f"You have an account with {brand} now, and you log in with this address.",
            _FIRST_STEPS[platform],
            "First confirm that the address is yours. The link works for three days.",
        ),
        Button("Confirm this e-mail", link),
        f"You have not signed up? Then somebody typed your address by mistake: there is nothing to "
        f"do, and without the link {brand} sends no invitations in your name.",
    )
    return write(MailKind.CONFIRM_EMAIL, platform, recipient, words)


def email_changed(platform: Platform, recipient: str, base_url: str) -> Email:
    """Tell the previous address of an account that the address was changed."""
    words = Words(
        "Your e-mail address was changed",
        (
            "Your account now uses another e-mail address instead of this one.",
            "If this was not you, reply to this e-mail now.",
        ),
        Button("Log in", f"{base_url}/login"),
    )
    return write(MailKind.EMAIL_CHANGED, platform, recipient, words)


def staff_invitation(recipient: str, role: str, link: str) -> Email:
    """The e-mail with which a new member of the staff chooses a password."""
    words = Words(
        "Your account for WedSync launches",
        (f"You were added to the launch team as {role}. The link is valid for seven days.",),
        Button("Choose a password", link),
    )
    return write(MailKind.STAFF_INVITATION, Platform.WEDSYNC, recipient, words)


def partner_left(platform: Platform, recipient: str, name: str) -> Email:
    """Tell the other side that a partnership has ended; `name` is its name for who left.

    The subject contains no name: it stays in the outbox when the body is deleted.
    """
    words = Words(
        "One of your connections has ended",
        (f"{name_in(name)} closed their account, so your connection has ended.",),
    )
    return write(MailKind.PARTNER_LEFT, platform, recipient, words)
