"""The fields of the graph about the accounts of a couple, which `schema.root` inherits (M9)."""

import strawberry

from domain.actors import Scope
from resolvers import couple_members
from schema.permissions import mutation, query, subscription
from schema.types.couple_joining import (
    AcceptCoupleInvitationPayload,
    CoupleInvitationPayload,
    CoupleInvitationPreview,
    CoupleInvitationPreviewPayload,
    CoupleMemberPayload,
)
from schema.types.couples import Couple
from subscriptions import couples as live_couples


@strawberry.type
class CoupleQueries:
    """Reads."""

    couple_invitation: CoupleInvitationPreview | None = query(couple_members.couple_invitation)


@strawberry.type
class CoupleMutations:
    """Writes."""

    invite_to_couple: CoupleInvitationPayload = mutation(
        couple_members.invite_to_couple, Scope.SELF, failed=CoupleInvitationPayload.failed
    )
    revoke_couple_invitation: CoupleInvitationPayload = mutation(
        couple_members.revoke_couple_invitation, Scope.SELF, failed=CoupleInvitationPayload.failed
    )
    decline_couple_invitation: CoupleInvitationPreviewPayload = mutation(
        couple_members.decline_couple_invitation, failed=CoupleInvitationPreviewPayload.failed
    )
    accept_couple_invitation: AcceptCoupleInvitationPayload = mutation(
        couple_members.accept_couple_invitation, failed=AcceptCoupleInvitationPayload.failed
    )
    remove_couple_member: CoupleMemberPayload = mutation(
        couple_members.remove_couple_member, Scope.SELF, failed=CoupleMemberPayload.failed
    )


@strawberry.type
class CoupleSubscriptions:
    """Streams."""

    viewer_couple: Couple | None = subscription(live_couples.viewer_couple, Scope.SELF)
