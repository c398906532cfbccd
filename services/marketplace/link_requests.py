"""The couple of an expired invitation asks for a new link (M6).

The request is stored and its supplier notified; a job sends the link, so that content and time of
the reply do not depend on whether there is anything to send.
"""

from uuid import UUID

from db.models.suppliers import Supplier
from db.queries import accounts, suppliers
from db.queries import invitations as queries
from db.session import UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import Forbidden
from domain.events.marketplace import LINK_REQUESTED
from domain.flags.guarded_operations import RESENDING
from domain.marketplace import invitation_reminders as rules
from services.accounts.email_confirmations import check_may_write
from services.flags import feature_gates
from services.marketplace import invitations
from services.marketplace.invitation_changes import record_follow_up
from services.marketplace.invitations import Site
from services.platform.credentials import digest, plausible
from settings import Settings

RESENDER = system_actor("link-requests")


async def request(uow: UnitOfWork, actor: Actor, code: str) -> None:
    """Record that the holder of an expired invitation's code requests a new link.

    At most once a day for each invitation; does nothing for any other code.
    """
    match = await queries.by_code(uow.session, digest(code)) if plausible(code) else None
    if match is None or await suppliers.lock_client(uow.session, match[0].client_id, None) is None:
        return
    row = await queries.lock_with_code(uow.session, digest(code))
    if row is None or not rules.may_request_link(
        row.status, row.expires_at, row.link_requested_at, uow.now
    ):
        return
    row.link_requested_at = uow.now
    record_follow_up(uow, actor, row, LINK_REQUESTED)


async def answer(uow: UnitOfWork, settings: Settings, site: Site, invitation_id: UUID) -> None:
    """Send a requested link to the address of the invitation; repeating it does nothing.

    Raises the error that prevents sending: limits, a block, a flag.
    """
    row = (await queries.by_id(uow.session, [invitation_id])).get(invitation_id)
    if row is None or row.email is None:
        return
    supplier = (await suppliers.by_id(uow.session, [row.supplier_id]))[row.supplier_id]
    await _check_supplier(uow, settings, site, supplier)
    await invitations.resend_expired(uow, RESENDER, site, invitation_id)


async def _check_supplier(
    uow: UnitOfWork, settings: Settings, site: Site, supplier: Supplier
) -> None:
    users = await accounts.users_by_id(uow.session, [supplier.user_id])
    check_may_write(users.get(supplier.user_id), sends_mail=site.sends_mail)
    if not await feature_gates.is_open_now(uow.session, RESENDING, supplier.user_id, settings):
        raise Forbidden(f"{RESENDING.title} is paused for now.")
