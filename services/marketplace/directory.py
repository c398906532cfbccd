"""Lists of suppliers, couples, clients, invitations and partnerships (S35, S40)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import Couple, Partnership
from db.models.invitations import Invitation
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Client, Supplier
from db.queries import couples, invitations, onboarding, pages, suppliers
from db.queries.pages import Moments
from domain.actors import VendorType
from domain.journeys.onboarding import OnboardingSide
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitations import InvitationStatus
from domain.platform.row_scope import PartnershipScope


@dataclass(frozen=True, slots=True)
class SupplierFilter:
    """Which suppliers a list shows; None is all."""

    search: str | None = None
    vendor_type: VendorType | None = None


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients of a supplier a list shows."""

    supplier_id: UUID
    status: ClientStatus | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """Which invitations a list shows, as they stand at a moment."""

    status: Sequence[InvitationStatus] | None
    now: datetime
    email: str | None = None


@dataclass(frozen=True, slots=True)
class StalledFilter:
    """Unfinished onboardings without a step since a moment."""

    before: datetime
    side: OnboardingSide | None = None
    email: str | None = None


async def page_of_suppliers(
    session: AsyncSession, wanted: SupplierFilter, page: Moments
) -> list[Supplier]:
    """Suppliers, newest first."""
    query = suppliers.paged(wanted.search, wanted.vendor_type, page)
    return list(await session.scalars(query))


async def count_suppliers(session: AsyncSession, wanted: SupplierFilter) -> int:
    """How many suppliers a filter finds."""
    where = suppliers.directory(wanted.search, wanted.vendor_type)
    return await pages.count(session, Supplier, where)


async def page_of_couples(session: AsyncSession, search: str | None, page: Moments) -> list[Couple]:
    """Couples, newest first."""
    return list(await session.scalars(couples.paged(search, page)))


async def count_couples(session: AsyncSession, search: str | None) -> int:
    """How many couples a search finds."""
    return await pages.count(session, Couple, couples.directory(search))


async def page_of_clients(
    session: AsyncSession, wanted: ClientFilter, page: Moments
) -> list[Client]:
    """Clients of a supplier, newest first."""
    where = suppliers.clients_of(wanted.supplier_id, wanted.status, wanted.search)
    return await suppliers.page_of_clients(session, where, page)


async def count_clients(session: AsyncSession, wanted: ClientFilter) -> int:
    """How many clients a filter finds."""
    where = suppliers.clients_of(wanted.supplier_id, wanted.status, wanted.search)
    return await pages.count(session, Client, where)


async def page_of_invitations(
    session: AsyncSession, wanted: InvitationFilter, page: Moments
) -> list[Invitation]:
    """Invitations, newest first."""
    where = invitations.directory(wanted.status, wanted.now, wanted.email)
    return await invitations.page(session, where, page)


async def count_invitations(session: AsyncSession, wanted: InvitationFilter) -> int:
    """How many invitations a filter finds."""
    return await invitations.count(session, wanted.status, wanted.now, wanted.email)


async def page_of_partnerships(
    session: AsyncSession, scope: PartnershipScope, page: Moments
) -> list[Partnership]:
    """Partnerships of a supplier, of a couple or of both, newest first."""
    where = couples.partnerships_within(scope)
    return await couples.page_of_partnerships(session, where, page)


async def page_of_stalled(
    session: AsyncSession, wanted: StalledFilter, page: Moments
) -> list[OnboardingProgress]:
    """Who stands still; those who have waited longest come first."""
    where = onboarding.stalled(wanted.before, wanted.side, wanted.email)
    return await onboarding.longest_first(session, where, page)
