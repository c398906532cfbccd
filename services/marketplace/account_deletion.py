"""Deletes accounts (S7 to S13): the rows are deleted, the audit stays without the name."""

from collections.abc import Sequence
from dataclasses import replace

from db.models.accounts import User
from db.models.couples import Couple
from db.models.suppliers import Client, Supplier
from db.queries import accounts, couples, forgetting, suppliers
from db.queries import couple_members as member_queries
from db.session import UnitOfWork
from domain.accounts import account_emails
from domain.accounts.staff import check_admins_left
from domain.actors import Actor, Role
from domain.marketplace.clients import ClientStatus
from domain.platform.platforms import Platform
from services.accounts import revocation
from services.accounts.email_confirmations import record
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_changes import check_current, myself
from services.mail import mail
from services.marketplace import clients, couple_members, partnerships

FORGOTTEN = "somebody whose account is deleted"


async def delete_own(throttle: LoginThrottle, actor: Actor, current: str | None) -> None:
    """Delete the caller's account and all rows that belong to it alone.

    Raises Required or Invalid for the password, InvalidTransition for the last admin.
    """
    await throttle.check_password_change_rate(actor)
    seen = await myself(throttle, actor)
    await check_current(throttle, seen, current)
    async with throttle.db.write() as uow:
        user = await accounts.lock_user(uow.session, seen.id)
        if user is not None:
            base_url = throttle.settings.base_url
            await _delete(uow, replace(actor, label=FORGOTTEN), user, base_url)


async def _delete(uow: UnitOfWork, actor: Actor, user: User, base_url: str) -> None:
    if user.role is Role.ADMIN:
        check_admins_left(user.role, other_admins=await accounts.other_admins(uow.session, user.id))
    await revocation.revoke_all(uow, actor, user)
    emails = {user.email}
    supplier = (await suppliers.by_user(uow.session, [user.id])).get(user.id)
    couple = (await couples.by_user(uow.session, [user.id])).get(user.id)
    if supplier is not None:
        emails.add(supplier.email)
        await _leave_couples(uow, actor, supplier)
    if couple is not None and not await couple_members.close_account(
        uow, actor, base_url, couple, user
    ):
        await _leave_suppliers(uow, actor, couple)
    await forgetting.delete_emails(uow.session, emails)
    await forgetting.delete_couple_invitations(uow.session, user.email)
    await forgetting.anonymize_deliveries(uow.session, user.email, FORGOTTEN)
    await forgetting.delete_idempotency_keys(uow.session, user.id)
    await forgetting.anonymize_actor(uow.session, user.id, FORGOTTEN)
    record(uow, actor, user, "deleted")
    await uow.session.delete(user)
    await uow.session.flush()


async def _leave_couples(uow: UnitOfWork, actor: Actor, supplier: Supplier) -> None:
    """End the partnerships of a supplier and notify each couple. Clients are locked first."""
    await suppliers.lock_clients(uow.session, Client.supplier_id == supplier.id)
    rows = await couples.partners_of_supplier(uow.session, supplier.id)
    members = await member_queries.by_couple(uow.session, [row.couple_id for row in rows])
    name = supplier.business_name or "One of your suppliers"
    for row in rows:
        partnerships.part(uow, actor, row)
        for member in members.get(row.couple_id, ()):
            notice = account_emails.partner_left(Platform.WEDME, member.email, name)
            await mail.post(uow, actor, notice)


async def _leave_suppliers(uow: UnitOfWork, actor: Actor, couple: Couple) -> None:
    """End the partnerships of a couple; suppliers keep their notes, and the client is inactive."""
    clients_of_couple = await suppliers.lock_clients(uow.session, Client.couple_id == couple.id)
    names = {client.supplier_id: client.couple_names for client in clients_of_couple}
    for row, email in await couples.partners_of_couple(uow.session, couple.id):
        partnerships.part(uow, actor, row)
        name = names.get(row.supplier_id, "One of your couples")
        notice = account_emails.partner_left(Platform.WEDSYNC, email, name)
        await mail.post(uow, actor, notice)
    _archive(uow, actor, clients_of_couple)


def _archive(uow: UnitOfWork, actor: Actor, rows: Sequence[Client]) -> None:
    for row in rows:
        before = row.status
        row.status, row.couple_id = ClientStatus.INACTIVE, None
        clients.record(uow, actor, row, "archived", before)
