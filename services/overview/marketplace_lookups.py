"""Look-ups of suppliers, couples and their relations by ids, in batches."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from db.models.bulk_invitations import BulkInvitation
from db.models.client_imports import ClientImport
from db.models.conversations import Message
from db.models.couples import Couple, Partnership
from db.models.incidents import LaunchIncident
from db.models.invitations import CoupleInvitation, Invitation
from db.models.mail import Mail
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Client, Supplier
from db.queries import (
    bulk_invitations,
    client_imports,
    communication,
    conversations,
    couple_invitations,
    couple_members,
    couples,
    invitations,
    legal,
    mail,
    messages,
    notifications,
    nudges,
    onboarding,
    people,
    start_pages,
    suppliers,
)
from db.queries.communication import Communication
from db.queries.couples import Pair
from db.session import Database
from domain.accounts.legal import AcceptedDocument
from domain.flags.samples import Person
from domain.marketplace.conversations import Conversation, Participant
from domain.marketplace.conversations import Person as Contact
from domain.marketplace.couple_members import Member
from domain.marketplace.notifications import Notification
from services.marketplace import bulk_reads
from services.marketplace.bulk_invitations import Progress
from services.overview.lookups import Lookup, Lookups


class MarketplaceLookups(Lookups):
    """The look-ups of a launch and of the marketplace."""

    def __init__(self, db: Database) -> None:
        """`db` is the database of the process."""
        super().__init__(db)
        self.accepted_documents: Lookup[UUID, frozenset[AcceptedDocument]] = self._by(
            legal.accepted_by
        )
        self.next_weddings: Lookup[UUID, Sequence[Client]] = self._by(
            partial(start_pages.next_weddings, clock=db.clock)
        )
        self.ending_invitations: Lookup[UUID, Sequence[Invitation]] = self._by(
            partial(start_pages.ending_invitations, clock=db.clock)
        )
        self.people: Lookup[UUID, Person] = self._by(people.by_id)
        self.suppliers: Lookup[UUID, Supplier] = self._by(suppliers.by_id)
        self.suppliers_by_user: Lookup[UUID, Supplier] = self._by(suppliers.by_user)
        self.clients: Lookup[UUID, Client] = self._by(suppliers.clients_by_id)
        self.client_imports: Lookup[UUID, ClientImport] = self._by(client_imports.by_id)
        self.bulks: Lookup[UUID, BulkInvitation] = self._by(bulk_invitations.by_id)
        self.newest_bulks: Lookup[UUID, BulkInvitation] = self._by(
            bulk_invitations.newest_by_supplier
        )
        self.bulk_progress: Lookup[UUID, Progress] = self._by(
            partial(bulk_reads.progress, clock=db.clock)
        )
        self.couples: Lookup[UUID, Couple] = self._by(couples.by_id)
        self.couple_members: Lookup[UUID, Sequence[Member]] = self._by(couple_members.by_couple)
        self.partner_invitations: Lookup[UUID, CoupleInvitation] = self._by(
            couple_invitations.newest_by_couple
        )
        self.couples_by_user: Lookup[UUID, Couple] = self._by(couples.by_user)
        self.active_partnerships: Lookup[Pair, Partnership] = self._by(couples.active_partnerships)
        self.partner_couples: Lookup[Pair, Couple] = self._by(couples.partner_couples)
        self.partner_suppliers: Lookup[Pair, Supplier] = self._by(couples.partner_suppliers)
        self.partnerships: Lookup[UUID, Partnership] = self._by(couples.partnerships_by_id)
        self.conversations: Lookup[tuple[UUID, Participant], Conversation] = self._by(
            conversations.by_key
        )
        self.last_messages: Lookup[UUID, Message] = self._by(messages.last_of)
        self.notifications: Lookup[tuple[UUID, UUID], Notification] = self._by(notifications.by_key)
        self.contacts: Lookup[UUID, Sequence[Contact]] = self._by(conversations.people_of)
        self.communications: Lookup[UUID, Communication] = self._by(communication.by_client)
        self.seconds_to_connect: Lookup[Pair, int] = self._by(couples.seconds_to_connect)
        self.invitations: Lookup[UUID, Invitation] = self._by(invitations.by_id)
        self.newest_invitations: Lookup[UUID, Invitation] = self._by(invitations.newest_by_client)
        self.emails_of_invitations: Lookup[UUID, Mail] = self._by(mail.newest_by_invitation)
        self.incidents_on_flags: Lookup[str, LaunchIncident] = self._by(nudges.incidents_on)
        self.onboardings: Lookup[UUID, OnboardingProgress] = self._by(onboarding.by_id)
        self.onboardings_by_user: Lookup[UUID, OnboardingProgress] = self._by(onboarding.by_user)
