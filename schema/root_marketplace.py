"""Root fields of the marketplace and the guided setup; `schema.root` inherits them."""

import strawberry

from db.reads import marketplace as marketplace_reads
from domain.actors import Scope
from resolvers import (
    bulk_invitations,
    client_imports,
    couples,
    invitations,
    onboarding,
    partnerships,
    suppliers,
)
from schema.pagination import Connection
from schema.permissions import mutation, query, subscription
from schema.types.accounts import ProfilePayload
from schema.types.bulk_invitations import BulkInvitation, BulkInvitationPayload
from schema.types.client_imports import ClientImportPayload
from schema.types.clients import ClientPayload
from schema.types.couples import CoupleConnection
from schema.types.invitations import (
    AcceptInvitationPayload,
    Invitation,
    InvitationConnection,
    InvitationPayload,
    InvitationPreview,
    InvitationPreviewPayload,
)
from schema.types.onboarding import Onboarding, OnboardingPayload
from schema.types.partnerships import BlockedPartner, InvitationEmailsPayload, PartnershipPayload
from schema.types.suppliers import SupplierConnection
from subscriptions import bulk_invitations as live_bulks
from subscriptions import invitations as live_invitations
from subscriptions import onboarding as live_onboarding

# A supplier for itself, or a caller who acts for suppliers.
SUPPLIERS = (Scope.SELF, Scope.DIRECTORY_WRITE)
# The largest file that can be imported takes 0.25 s of a core.
FILE_COST = 5_000
BULK_COST = 500  # up to 2,000 invitations are queued


@strawberry.type
class MarketplaceQueries:
    """Reads."""

    blocked_partners: list[BlockedPartner] = query(partnerships.blocked_partners, Scope.SELF)
    invitation_emails_enabled: bool = query(partnerships.invitation_emails_enabled, Scope.SELF)
    suppliers: SupplierConnection = query(
        suppliers.suppliers, Scope.DIRECTORY_READ, read=marketplace_reads.SUPPLIERS
    )
    couples: CoupleConnection = query(
        couples.couples, Scope.DIRECTORY_READ, read=marketplace_reads.COUPLES
    )
    invitation: InvitationPreview | None = query(invitations.invitation)
    invitations: InvitationConnection = query(invitations.invitations, Scope.DIRECTORY_READ)
    stalled_onboardings: Connection[Onboarding] = query(
        onboarding.stalled_onboardings, Scope.DIRECTORY_READ
    )


@strawberry.type
class MarketplaceMutations:
    """Writes."""

    update_profile: ProfilePayload = mutation(
        suppliers.update_profile, Scope.SELF, failed=ProfilePayload.failed
    )
    add_client: ClientPayload = mutation(
        suppliers.add_client, *SUPPLIERS, failed=ClientPayload.failed
    )
    update_client: ClientPayload = mutation(
        suppliers.update_client, *SUPPLIERS, failed=ClientPayload.failed
    )
    preview_client_import: ClientImportPayload = mutation(
        client_imports.preview_client_import,
        *SUPPLIERS,
        failed=ClientImportPayload.failed,
        cost=FILE_COST,
    )
    import_clients: ClientImportPayload = mutation(
        client_imports.import_clients, *SUPPLIERS, failed=ClientImportPayload.failed, cost=FILE_COST
    )
    invite_client: InvitationPayload = mutation(
        invitations.invite_client, *SUPPLIERS, failed=InvitationPayload.failed
    )
    invite_clients: BulkInvitationPayload = mutation(
        bulk_invitations.invite_clients,
        *SUPPLIERS,
        failed=BulkInvitationPayload.failed,
        cost=BULK_COST,
    )
    stop_bulk_invitation: BulkInvitationPayload = mutation(
        bulk_invitations.stop_bulk_invitation, *SUPPLIERS, failed=BulkInvitationPayload.failed
    )
    resend_invitation: InvitationPayload = mutation(
        invitations.resend_invitation, *SUPPLIERS, failed=InvitationPayload.failed
    )
    revoke_invitation: InvitationPayload = mutation(
        invitations.revoke_invitation, *SUPPLIERS, failed=InvitationPayload.failed
    )
    open_invitation: InvitationPreviewPayload = mutation(
        invitations.open_invitation, failed=InvitationPreviewPayload.failed
    )
    end_partnership: PartnershipPayload = mutation(
        partnerships.end_partnership, Scope.SELF, failed=PartnershipPayload.failed
    )
    block_partner: PartnershipPayload = mutation(
        partnerships.block_partner, Scope.SELF, failed=PartnershipPayload.failed
    )
    unblock_partner: PartnershipPayload = mutation(
        partnerships.unblock_partner, Scope.SELF, failed=PartnershipPayload.failed
    )
    set_invitation_emails: InvitationEmailsPayload = mutation(
        partnerships.set_invitation_emails, Scope.SELF, failed=InvitationEmailsPayload.failed
    )
    decline_invitation: InvitationPreviewPayload = mutation(
        invitations.decline_invitation, failed=InvitationPreviewPayload.failed
    )
    accept_invitation: AcceptInvitationPayload = mutation(
        invitations.accept_invitation, failed=AcceptInvitationPayload.failed
    )
    complete_onboarding_step: OnboardingPayload = mutation(
        onboarding.complete_step, Scope.SELF, failed=OnboardingPayload.failed
    )
    dismiss_nudge: OnboardingPayload = mutation(
        onboarding.dismiss_nudge, Scope.SELF, failed=OnboardingPayload.failed
    )
    set_nudges: OnboardingPayload = mutation(
        onboarding.set_nudges, Scope.SELF, failed=OnboardingPayload.failed
    )
    request_assistance: OnboardingPayload = mutation(
        onboarding.request_assistance, Scope.SELF, failed=OnboardingPayload.failed
    )
    answer_assistance: OnboardingPayload = mutation(
        onboarding.answer_assistance, Scope.DIRECTORY_WRITE, failed=OnboardingPayload.failed
    )


@strawberry.type
class MarketplaceSubscriptions:
    """Streams."""

    invitation: Invitation = subscription(live_invitations.invitation, Scope.SELF)
    bulk_invitation: BulkInvitation | None = subscription(live_bulks.bulk_invitation, Scope.SELF)
    viewer_onboarding: Onboarding = subscription(live_onboarding.viewer_onboarding)
