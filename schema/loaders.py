"""One loader a relation: siblings are read in one statement, nothing is kept between batches."""

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


def _loader(lookup: Lookup[K, V]) -> DataLoader[K, V | None]:
    async def load(keys: list[K]) -> list[V | None]:
        found = await lookup(list(dict.fromkeys(keys)))
        return [found.get(key) for key in keys]

    # A socket lives long: what is cached there would be shown stale.
    return DataLoader(load_fn=load, cache=False)


class BulkLoaders:
    """Of imports and bulk invitations; made when one is wanted."""

    _lookups: MarketplaceLookups

    @cached_property
    def client_import(self) -> DataLoader[UUID, ClientImport | None]:
        """Imports by id."""
        return _loader(self._lookups.client_imports)

    @cached_property
    def bulk_invitation(self) -> DataLoader[UUID, BulkInvitation | None]:
        """Bulk invitations by id."""
        return _loader(self._lookups.bulks)

    @cached_property
    def newest_bulk_invitation(self) -> DataLoader[UUID, BulkInvitation | None]:
        """The newest one of a supplier."""
        return _loader(self._lookups.newest_bulks)

    @cached_property
    def bulk_progress(self) -> DataLoader[UUID, Progress | None]:
        """How far a bulk invitation is."""
        return _loader(self._lookups.bulk_progress)


class MessagingLoaders:
    """What is between a supplier and a couple who are connected."""

    def __init__(self, lookups: MarketplaceLookups) -> None:
        """Those of one context."""
        self.conversation = _loader(lookups.conversations)
        self.last_message = _loader(lookups.last_messages)
        self.contacts = _loader(lookups.contacts)
        self.communication = _loader(lookups.communications)
        self.notification = _loader(lookups.notifications)


class Loaders(BulkLoaders):
    """The loaders of one context."""

    def __init__(self, db: Database, propagations: Propagations) -> None:
        """Each batch opens a session of its own."""
        lookups = self._lookups = MarketplaceLookups(db)
        self.user = _loader(lookups.users)
        self.token = _loader(lookups.tokens)
        self.flag = _loader(lookups.flags)
        self.flag_by_key = _loader(lookups.flags_by_key)
        self.phase = _loader(lookups.phases)
        self.phase_flags = _loader(lookups.linked_flags)
        self.run = _loader(lookups.runs)
        self.criteria = _loader(lookups.criteria)
        self.incident = _loader(lookups.incidents)
        self.episode = _loader(lookups.episodes)
        self.episodes = _loader(lookups.episode_pages)
        self.dependents = _loader(lookups.dependents)
        self.change = _loader(lookups.changes)
        self.webhook = _loader(lookups.webhooks)
        self.suspects = _loader(lookups.suspects)
        self.timeline = _loader(lookups.timelines)
        self.incident_report = _loader(lookups.incident_reports)
        self.revertible = _loader(lookups.revertible)
        self.uptime = _loader(lookups.uptimes)
        self.health_history = _loader(lookups.health_histories)
        self.mail = _loader(lookups.mails)
        self.mail_attempts = _loader(lookups.mail_attempts)
        self.exposures = _loader(lookups.exposures)
        self.last_evaluated = _loader(lookups.last_evaluated)
        self.silence = _loader(lookups.silences)
        self.silence_of_check = _loader(lookups.silences_of_checks)
        self.person = _loader(lookups.people)
        self.supplier = _loader(lookups.suppliers)
        self.supplier_of_user = _loader(lookups.suppliers_by_user)
        self.client = _loader(lookups.clients)
        self.couple = _loader(lookups.couples)
        self.couple_of_user = _loader(lookups.couples_by_user)
        self.active_partnership = _loader(lookups.active_partnerships)
        self.partner_couple = _loader(lookups.partner_couples)
        self.partner_supplier = _loader(lookups.partner_suppliers)
        self.partnership = _loader(lookups.partnerships)
        self.messaging = MessagingLoaders(lookups)
        self.seconds_to_connect = _loader(lookups.seconds_to_connect)
        self.invitation = _loader(lookups.invitations)
        self.newest_invitation = _loader(lookups.newest_invitations)
        self.letter_of_invitation = _loader(lookups.letters_of_invitations)
        self.onboarding = _loader(lookups.onboardings)
        self.incident_on_flag = _loader(lookups.incidents_on_flags)
        self.onboarding_of_user = _loader(lookups.onboardings_by_user)
        self.propagation = _loader(propagations.many)
        self.verification = _loader(Verifications(db, propagations).of_runs)
