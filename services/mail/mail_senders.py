"""Whom an e-mail is from: the brand of who reads it, or the supplier by that brand (M11)."""

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
    """`reply_to`: where an answer goes; None: to the sender itself."""

    mailbox: Mailbox
    reply_to: EmailAddress | None = None


async def sender_of(session: AsyncSession, row: Mail, default: Mailbox) -> Sender:
    """As of now, so that an e-mail that is tried again shows the present name of the business.

    The address stays that of the installation, which the mail server accepts. The staff keeps the
    name of the installation; answers to an invitation reach the confirmed address of its supplier.
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
