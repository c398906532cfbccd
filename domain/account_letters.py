"""What the system writes to people about their accounts."""

from domain.letter_layout import Button, Words, write
from domain.letters import Letter, MailKind
from domain.phases import Platform

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
