"""Lists suppliers, couples, clients, invitations and partnerships (S35, S40)."""

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
    """The filter of a list of suppliers; None matches all."""

    search: str | None = None
    vendor_type: VendorType | None = None


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """The filter of a list of a supplier's clients."""

    supplier_id: UUID
    status: ClientStatus | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """The filter of a list of invitations, by their status at a moment."""

    status: Sequence[InvitationStatus] | None
    now: datetime
    email: str | None = None


@dataclass(frozen=True, slots=True)
class StalledFilter:
    """The filter of onboardings without progress since a moment."""

    before: datetime
    side: OnboardingSide | None = None
    email: str | None = None


async def page_of_suppliers(
    session: AsyncSession, filters: SupplierFilter, page: Moments
) -> list[Supplier]:
    """Return a page of suppliers, newest first."""
    query = suppliers.paged(filters.search, filters.vendor_type, page)
    return list(await session.scalars(query))


async def count_suppliers(session: AsyncSession, filters: SupplierFilter) -> int:
    """Count the suppliers that match a filter."""
    where = suppliers.directory(filters.search, filters.vendor_type)
    return await pages.count(session, Supplier, where)


async def page_of_couples(session: AsyncSession, search: str | None, page: Moments) -> list[Couple]:
    """Return a page of couples, newest first."""
    return list(await session.scalars(couples.paged(search, page)))


async def count_couples(session: AsyncSession, search: str | None) -> int:
    """Count the couples that match a search."""
    return await pages.count(session, Couple, couples.directory(search))


async def page_of_clients(
    session: AsyncSession, filters: ClientFilter, page: Moments
) -> list[Client]:
    """Return a page of a supplier's clients, newest first."""
    where = suppliers.clients_of(filters.supplier_id, filters.status, filters.search)
    return await suppliers.page_of_clients(session, where, page)


async def count_clients(session: AsyncSession, filters: ClientFilter) -> int:
    """Count the clients that match a filter."""
    where = suppliers.clients_of(filters.supplier_id, filters.status, filters.search)
    return await pages.count(session, Client, where)


async def page_of_invitations(
    session: AsyncSession, filters: InvitationFilter, page: Moments
) -> list[Invitation]:
    """Return a page of invitations, newest first."""
    where = invitations.directory(filters.status, filters.now, filters.email)
    return await invitations.page(session, where, page)


async def count_invitations(session: AsyncSession, filters: InvitationFilter) -> int:
    """Count the invitations that match a filter."""
    return await invitations.count(session, filters.status, filters.now, filters.email)


async def page_of_partnerships(
    session: AsyncSession, scope: PartnershipScope, page: Moments
) -> list[Partnership]:
    """Return a page of partnerships of a supplier, a couple or both, newest first."""
    where = couples.partnerships_within(scope)
    return await couples.page_of_partnerships(session, where, page)


async def page_of_stalled(
    session: AsyncSession, filters: StalledFilter, page: Moments
) -> list[OnboardingProgress]:
    """Return people whose onboarding has stalled, the longest wait first."""
    where = onboarding.stalled(filters.before, filters.side, filters.email)
    return await onboarding.longest_first(session, where, page)
