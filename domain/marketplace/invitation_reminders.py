"""When an invited couple is reminded, and when it may ask for a new link (M6)."""

from datetime import datetime, timedelta

from domain.marketplace.invitations import InvitationStatus, status_at

FIRST_AFTER = timedelta(days=3)  # since the invitation was sent
LAST_BEFORE = timedelta(days=1)  # until it ends
APART = timedelta(days=1)  # between the invitation and each reminder
LINK_INTERVAL = timedelta(days=1)  # between two requests for a new link


def next_reminder(sent_at: datetime, expires_at: datetime, after: datetime) -> datetime | None:
    """The first moment after another at which a reminder is due; None: there are no more.

    A short invitation has only the last one, and one of a day has none.
    """
    last = expires_at - LAST_BEFORE
    if last < sent_at + APART:
        return None
    first = sent_at + FIRST_AFTER
    moments = (first, last) if first + APART <= last else (last,)
    return next((at for at in moments if at > after), None)


def is_ending(expires_at: datetime, now: datetime) -> bool:
    """Whether the last reminder of an invitation is due, of which its supplier is notified."""
    return expires_at - LAST_BEFORE <= now < expires_at


def may_request_link(
    status: InvitationStatus, expires_at: datetime, requested_at: datetime | None, now: datetime
) -> bool:
    """Whether the couple of an invitation may ask for a new link: once it has expired, daily."""
    if status_at(status, expires_at, now) is not InvitationStatus.EXPIRED:
        return False
    return requested_at is None or now - requested_at >= LINK_INTERVAL
