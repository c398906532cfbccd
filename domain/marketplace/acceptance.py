"""The e-mail address that accepts an invitation, and what it proves (A40, decision 12)."""

from domain.actors import Role
from domain.errors import EmailMismatch, Required
from domain.marketplace.invitations import mask_email

_EMAIL = ("input", "email")
_CONFIRM = ("input", "confirmEmailMismatch")


def check_account(invited: str | None, typed: str | None, own: str, *, confirmed: bool) -> None:
    """Raise EmailMismatch if a logged-in caller is not the invited address."""
    meant = typed or invited
    if meant is not None and not _is_same_address(meant, own) and not confirmed:
        raise EmailMismatch(
            f"This invitation is for {mask_email(meant)}; you are logged in as {own}. "
            "Confirm that it is meant for you, or log out.",
            path=_CONFIRM,
        )


def new_email(invited: str | None, typed: str | None, *, confirmed: bool) -> str:
    """The address of the new account; raises Required or EmailMismatch."""
    email = typed or invited
    if email is None:
        raise Required("Say which e-mail you will log in with.", path=_EMAIL)
    if invited is not None and not _is_same_address(email, invited) and not confirmed:
        raise EmailMismatch(
            f"This invitation is for {mask_email(invited)}. "
            "Confirm that you will log in with another e-mail.",
            path=_CONFIRM,
        )
    return email


def is_proven(invited: str | None, email: str, *, by_mail: bool) -> bool:
    """Only the code from the e-mail proves the mailbox: the supplier saw the link too."""
    return by_mail and invited is not None and _is_same_address(invited, email)


def may_enter(role: Role, *, has_password: bool, is_proven: bool) -> bool:
    """True if an invitation logs its reader in to the existing account of its address.

    A code from the e-mail proves the mailbox, which is all that a couple without a password could
    prove anyway (M3). An account with a password needs the password or a log-in link.
    """
    return role is Role.COUPLE and is_proven and not has_password


def _is_same_address(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
