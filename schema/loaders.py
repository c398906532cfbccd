"""Data loaders, one per relation: siblings are read in one statement, and nothing is cached."""

from collections.abc import Hashable
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from db.models.bulk_invitations import BulkInvitation
from db.models.client_imports import ClientImport
from db.session import Database
from services.marketplace.bulk_invitations import Progress
from services.overview.lookups import Lookup
from services.overview.marketplace_lookups import MarketplaceLookups
from services.propagation.propagation import Propagations
from services.propagation.verifications import Verifications

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _make_loader(lookup: Lookup[K, V]) -> DataLoader[K, V | None]:
    async def load(keys: list[K]) -> list[V | None]:
        rows = await lookup(list(dict.fromkeys(keys)))
        return [rows.get(key) for key in keys]

    # A socket lives long: cached rows would become stale.
    return DataLoader(load_fn=load, cache=False)


class BulkLoaders:
    """Loaders of imports and bulk invitations, created on first use."""

    _lookups: MarketplaceLookups

    @cached_property
    def client_import(self) -> DataLoader[UUID, ClientImport | None]:
        """Imports by id."""
        return _make_loader(self._lookups.client_imports)

    @cached_property
    def bulk_invitation(self) -> DataLoader[UUID, BulkInvitation | None]:
        """Bulk invitations by id."""
        return _make_loader(self._lookups.bulks)

    @cached_property
    def newest_bulk_invitation(self) -> DataLoader[UUID, BulkInvitation | None]:
        """The newest bulk invitations by supplier."""
        return _make_loader(self._lookups.newest_bulks)

    @cached_property
    def bulk_progress(self) -> DataLoader[UUID, Progress | None]:
        """The progress of bulk invitations by id."""
        return _make_loader(self._lookups.bulk_progress)


class MessagingLoaders:
    """Loaders of conversations and contacts, by partnership."""

    def __init__(self, lookups: MarketplaceLookups) -> None:
        """Those of one context."""
        self.conversation = _make_loader(lookups.conversations)
        self.last_message = _make_loader(lookups.last_messages)
        self.contacts = _make_loader(lookups.contacts)
        self.communication = _make_loader(lookups.communications)
        self.notification = _make_loader(lookups.notifications)


class MemberLoaders:
    """The accounts of couples (M9)."""

    def __init__(self, lookups: MarketplaceLookups) -> None:
        """Those of one context."""
        self.of_couple = _make_loader(lookups.couple_members)
        self.partner_invitation = _make_loader(lookups.partner_invitations)


class StartPageLoaders:
    """Loaders of the start pages (U12, M12)."""

    def __init__(self, lookups: MarketplaceLookups) -> None:
        """Those of one context."""
        self.accepted_documents = _make_loader(lookups.accepted_documents)
        self.next_weddings = _make_loader(lookups.next_weddings)
        self.ending_invitations = _make_loader(lookups.ending_invitations)


class Loaders(BulkLoaders):
    """The loaders of one context."""

    def __init__(self, db: Database, propagations: Propagations) -> None:
        """Each batch opens a session of its own."""
        lookups = self._lookups = MarketplaceLookups(db)
        self.user = _make_loader(lookups.users)
        self.token = _make_loader(lookups.tokens)
        self.flag = _make_loader(lookups.flags)
        self.flag_by_key = _make_loader(lookups.flags_by_key)
        self.phase = _make_loader(lookups.phases)
        self.phase_flags = _make_loader(lookups.linked_flags)
        self.run = _make_loader(lookups.runs)
        self.criteria = _make_loader(lookups.criteria)
        self.incident = _make_loader(lookups.incidents)
        self.episode = _make_loader(lookups.episodes)
        self.episodes = _make_loader(lookups.episode_pages)
        self.dependents = _make_loader(lookups.dependents)
        self.change = _make_loader(lookups.changes)
        self.webhook = _make_loader(lookups.webhooks)
        self.suspects = _make_loader(lookups.suspects)
        self.timeline = _make_loader(lookups.timelines)
        self.incident_report = _make_loader(lookups.incident_reports)
        self.revertible = _make_loader(lookups.revertible)
        self.uptime = _make_loader(lookups.uptimes)
        self.health_history = _make_loader(lookups.health_histories)
        self.mail = _make_loader(lookups.mails)
        self.mail_attempts = _make_loader(lookups.mail_attempts)
        self.exposures = _make_loader(lookups.exposures)
        self.last_evaluated = _make_loader(lookups.last_evaluated)
        self.silence = _make_loader(lookups.silences)
        self.silence_of_check = _make_loader(lookups.silences_of_checks)
        self.person = _make_loader(lookups.people)
        self.supplier = _make_loader(lookups.suppliers)
        self.supplier_of_user = _make_loader(lookups.suppliers_by_user)
        self.client = _make_loader(lookups.clients)
        self.couple = _make_loader(lookups.couples)
        self.couple_of_user = _make_loader(lookups.couples_by_user)
        self.active_partnership = _make_loader(lookups.active_partnerships)
        self.partner_couple = _make_loader(lookups.partner_couples)
        self.partner_supplier = _make_loader(lookups.partner_suppliers)
        self.partnership = _make_loader(lookups.partnerships)
        self.messaging = MessagingLoaders(lookups)
        self.members = MemberLoaders(lookups)
        self.start_page = StartPageLoaders(lookups)
        self.seconds_to_connect = _make_loader(lookups.seconds_to_connect)
        self.invitation = _make_loader(lookups.invitations)
        self.newest_invitation = _make_loader(lookups.newest_invitations)
        self.email_of_invitation = _make_loader(lookups.emails_of_invitations)
        self.onboarding = _make_loader(lookups.onboardings)
        self.incident_on_flag = _make_loader(lookups.incidents_on_flags)
        self.onboarding_of_user = _make_loader(lookups.onboardings_by_user)
        self.propagation = _make_loader(propagations.many)
        self.verification = _make_loader(Verifications(db, propagations).of_runs)
