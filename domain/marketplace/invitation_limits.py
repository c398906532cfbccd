"""How many invitations may be sent in a day, and to whom (SEC5).

They are counted by sender, recipient, the recipient's domain, and the address block that the
request came from; never by rows that the sender can archive or delete.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import InvalidTransition, RateLimited

DAY = timedelta(days=1)
NEW_ACCOUNT = timedelta(days=7)
DECLINED_FOR = timedelta(days=30)
_RETRY_SECONDS = timedelta(hours=1).total_seconds()

MAX_FIRST_DAY = 20  # by an account on its first day
MAX_NEW_ACCOUNT = 50  # by an account in its first week
MAX_ACCOUNT = 200
MAX_DISTRUSTED = 5  # by an account with so many declined invitations within 30 days
MAX_DECLINES = 10
MAX_TO_RECIPIENT = 10  # from all suppliers together
MAX_TO_RECIPIENT_BY_ACCOUNT = 6  # as for one client: the first and five resends
MAX_TO_DOMAIN = 300  # from all suppliers together
MAX_FROM_BLOCK = 200  # by new accounts

NO_MAIL = (
    "No invitation can be sent to this e-mail address. Hand the link over yourself, or ask for "
    "another address."
)

_MAILBOX_PROVIDERS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("yahoo.com", "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de"),
        *("t-online.de", "proton.me", "protonmail.com", "zoho.com", "mail.com"),
    }
)
# Reserved domains without mailboxes (RFC 2606, RFC 6761).
_RESERVED = ("test", "example", "invalid", "localhost")
_RESERVED_NAMES = frozenset({"example.com", "example.net", "example.org"})


class AccountLimited(RateLimited):
    """The account has sent its daily number of invitations."""


@dataclass(frozen=True, slots=True)
class SentInADay:
    """What was sent within a day, as the database counts it."""

    by_account: int = 0
    to_recipient: int = 0
    to_recipient_by_account: int = 0
    to_domain: int = 0
    from_block: int = 0
    declines: int = 0  # of the account's invitations, within 30 days


@dataclass(frozen=True, slots=True)
class InvitationEmail:
    """An e-mail before it is written. `block` None: the address identifies nobody."""

    domain: str
    account_age: timedelta
    block: str | None
    is_reminder: bool = False

    @property
    def is_from_new_account(self) -> bool:
        """True if the address block counts."""
        return self.account_age < NEW_ACCOUNT


def account_limit(age: timedelta, declines: int) -> int:
    """How many invitations an account may send in a day; new accounts start low."""
    if declines >= MAX_DECLINES:
        return MAX_DISTRUSTED
    if age < DAY:
        return MAX_FIRST_DAY
    return MAX_NEW_ACCOUNT if age < NEW_ACCOUNT else MAX_ACCOUNT


def check_limits(email: InvitationEmail, sent: SentInADay) -> None:
    """Raise RateLimited if one more e-mail exceeds a limit.

    The message names only what the sender knows, and nothing that others sent to the recipient.
    """
    allowed = account_limit(email.account_age, sent.declines)
    if sent.by_account >= allowed and not email.is_reminder:
        raise AccountLimited(
            f"You can send {allowed} invitations by e-mail in a day.",
            retry_after_seconds=_RETRY_SECONDS,
        )
    if sent.to_recipient_by_account >= MAX_TO_RECIPIENT_BY_ACCOUNT:
        raise _too_many(
            f"A client gets at most {MAX_TO_RECIPIENT_BY_ACCOUNT} invitations in a day."
        )
    if (
        sent.to_recipient >= MAX_TO_RECIPIENT
        or (is_limited(email.domain) and sent.to_domain >= MAX_TO_DOMAIN)
        or (
            email.block is not None
            and email.is_from_new_account
            and sent.from_block >= MAX_FROM_BLOCK
        )
    ):
        raise _too_many("No more invitations can be sent there today. Hand the link over instead.")


def counted_together(email: InvitationEmail) -> list[str]:
    """The keys under which e-mails of several suppliers are counted together."""
    names = [f"domain {email.domain}"] if is_limited(email.domain) else []
    if email.block is not None and email.is_from_new_account:
        names.append(f"block {email.block}")
    return names


def check_declined(declined_at: datetime | None, now: datetime) -> None:
    """Raise InvalidTransition if the couple declined the same supplier recently."""
    if declined_at is not None and now < declined_at + DECLINED_FOR:
        until = declined_at + DECLINED_FOR
        raise InvalidTransition(
            "This couple has declined your invitation. You can invite it again from "
            f"{until.day} {until:%B %Y}."
        )


def is_limited(domain: str) -> bool:
    """True if e-mails to a domain are counted together: not for large mailbox providers."""
    reserved = domain in _RESERVED_NAMES or domain.rpartition(".")[2] in _RESERVED
    return not reserved and domain not in _MAILBOX_PROVIDERS


def _too_many(message: str) -> RateLimited:
    return RateLimited(message, retry_after_seconds=_RETRY_SECONDS)
