"""What the system writes to people about their accounts."""

from domain.letter_layout import Button, Words, name_in, write
from domain.letters import Letter, MailKind
from domain.platforms import Platform

_NOT_YOU = "If it was not you, there is nothing to do: "


def password_reset(platform: Platform, recipient: str, link: str) -> Letter:
    """The link that lets its reader choose another password."""
    words = Words(
        "Choose a new password",
        ("Somebody, probably you, asked for a new password. The link works for an hour.",),
        Button("Choose a password", link),
        f"{_NOT_YOU}your password stays as it is.",
    )
    return write(MailKind.PASSWORD_RESET, platform, recipient, words)


def log_in_link(platform: Platform, recipient: str, link: str) -> Letter:
    """The link that lets its reader in without a password."""
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


def password_changed(platform: Platform, recipient: str, base_url: str) -> Letter:
    """A notice, in case it was somebody else."""
    words = Words(
        "Your password was changed",
        (
            "Your password was changed, and your other devices were logged out.",
            "If it was not you, choose another at once.",
        ),
        Button("Choose another password", f"{base_url}/forgot-password"),
    )
    return write(MailKind.PASSWORD_CHANGED, platform, recipient, words)


def somebody_signed_up(platform: Platform, recipient: str, base_url: str) -> Letter:
    """A notice to the owner of an e-mail that somebody tried to sign up with."""
    words = Words(
        "You have an account already",
        (
            "Somebody, probably you, tried to sign up with this e-mail, which has an account.",
            f"Forgot the password? {base_url}/forgot-password",
        ),
        Button("Log in", f"{base_url}/login"),
        f"{_NOT_YOU}nobody was let in.",
    )
    return write(MailKind.ALREADY_SIGNED_UP, platform, recipient, words)


def confirm_email(platform: Platform, recipient: str, link: str) -> Letter:
    """The link that proves that its reader has this mailbox."""
    words = Words(
        "Confirm your e-mail",
        (
            "Somebody, probably you, gave this e-mail for an account. "
            "Open the link within three days to confirm that it is yours.",
        ),
        Button("Confirm this e-mail", link),
        f"{_NOT_YOU}without the link the e-mail is not used.",
    )
    return write(MailKind.CONFIRM_EMAIL, platform, recipient, words)


def email_changed(platform: Platform, recipient: str, base_url: str) -> Letter:
    """A notice to the address that an account had before."""
    words = Words(
        "Your e-mail was changed",
        (
            "Your account has another e-mail now: this one is not used for it any more.",
            "If it was not you, answer this letter at once.",
        ),
        Button("Log in", f"{base_url}/login"),
    )
    return write(MailKind.EMAIL_CHANGED, platform, recipient, words)


def staff_invitation(recipient: str, role: str, link: str) -> Letter:
    """The link that lets a new member of the staff choose a password."""
    words = Words(
        "You may operate launches",
        (f"You have an account for launches now, as {role}. The link works for seven days.",),
        Button("Choose a password", link),
    )
    return write(MailKind.STAFF_INVITATION, Platform.WEDSYNC, recipient, words)


def partner_left(platform: Platform, recipient: str, name: str) -> Letter:
    """A notice to the other side of a partnership; `name` is what that side calls who left.

    The subject names nobody: it stays in the outbox when the words are forgotten.
    """
    words = Words(
        "A connection of yours has ended",
        (f"{name_in(name)} has closed its account. Your connection has ended with it.",),
    )
    return write(MailKind.PARTNER_LEFT, platform, recipient, words)
