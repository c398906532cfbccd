"""Finds what blocks an invitation, from its rows (X13)."""

from datetime import datetime

from db.models.invitations import Invitation
from db.models.mail import Mail
from db.models.suppliers import Client
from domain.marketplace.invitation_hints import Delivery, Hint, Standing, hint_of
from domain.marketplace.invitations import InvitationChannel, InvitationStatus
from services.mail import outbox


def needs_email(row: Invitation) -> bool:
    """Load the e-mails of unopened invitations only: others do not depend on them."""
    return row.status is InvitationStatus.SENT and row.channel is InvitationChannel.EMAIL


def hint(
    row: Invitation, client: Client, mail: Mail | None, now: datetime, *, has_server: bool
) -> Hint | None:
    """Return the hint for the supplier and the staff; None where nothing is to do."""
    delivery = _delivery(mail, has_server=has_server) if mail is not None else None
    standing = Standing(row.status, row.expires_at, client.status, client.email, delivery)
    return hint_of(standing, now)


def _delivery(mail: Mail, *, has_server: bool) -> Delivery:
    return Delivery(
        status=outbox.standing(mail, has_server=has_server).status,
        recipient=mail.recipient,
        created_at=mail.created_at,
        sent_at=mail.sent_at,
        bounced_at=mail.bounced_at,
        failed_at=mail.failed_at,
    )
