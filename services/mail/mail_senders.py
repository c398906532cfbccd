"""Senders of e-mails: the brand of the recipient, or a supplier via that brand (M11)."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.mail import Mail
from db.queries import senders as queries
from domain.accounts.accounts import platform_of
from domain.actors import STAFF
from domain.mail.email_layout import BRANDS, name_in
from domain.platform.platforms import Platform
from services.mail.email_addresses import EmailAddress, Mailbox

_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of an e-mail. `reply_to`: the address of replies; None: the sender."""

    mailbox: Mailbox
    reply_to: EmailAddress | None = None


async def sender_of(session: AsyncSession, row: Mail, default: Mailbox) -> Sender:
    """Return the sender with the current business name, also for a retried e-mail.

    The address is always that of the installation, which the mail server accepts. E-mails to the
    staff keep its name; replies to an invitation reach the confirmed address of the supplier.
    """
    if row.invitation_id is not None:
        return await _of_invitation(session, row.invitation_id, default)
    if row.couple_invitation_id is not None:
        return Sender(replace(default, name=BRANDS[Platform.WEDME].name))
    role = await queries.role_of(session, row.recipient)
    if role is None or role in STAFF:
        return Sender(default)
    return Sender(replace(default, name=BRANDS[platform_of(role)].name))


async def _of_invitation(session: AsyncSession, key: UUID, default: Mailbox) -> Sender:
    brand = BRANDS[Platform.WEDME].name
    supplier = await queries.supplier_of_invitation(session, key)
    if supplier is None:
        return Sender(replace(default, name=brand))
    business = name_in(supplier.business_name or "")[:_MAX_NAME].strip()
    name = f"{business} via {brand}" if business else brand
    reply_to = EmailAddress(supplier.email) if supplier.is_confirmed else None
    return Sender(replace(default, name=name), reply_to)
