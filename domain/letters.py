"""What the system writes to people about their accounts."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail. Its body may hold a secret link and so never appears in a log."""

    recipient: str
    subject: str
    body: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


def password_reset(recipient: str, link: str) -> Letter:
    """The link that lets its reader choose another password."""
    return Letter(
        recipient,
        "Choose a new password",
        "Somebody, probably you, asked for a new password.\n\n"
        f"Open this link within an hour to choose one:\n{link}\n\n"
        "If it was not you, there is nothing to do: your password stays as it is.\n",
    )


def password_changed(recipient: str, base_url: str) -> Letter:
    """A notice, in case it was somebody else."""
    return Letter(
        recipient,
        "Your password was changed",
        "Your password was changed, and your other devices were logged out.\n\n"
        f"If it was not you, choose another at once: {base_url}/forgot-password\n",
    )


def somebody_signed_up(recipient: str, base_url: str) -> Letter:
    """A notice to the owner of an e-mail that somebody tried to sign up with."""
    return Letter(
        recipient,
        "You have an account already",
        "Somebody, probably you, tried to sign up with this e-mail, which has an account.\n\n"
        f"Log in: {base_url}/login\n"
        f"Forgot the password? {base_url}/forgot-password\n\n"
        "If it was not you, there is nothing to do: nobody was let in.\n",
    )
