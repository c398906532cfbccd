"""The second account of a couple: invited, accepted, removed (M9)."""

from typing import Annotated

import strawberry

from resolvers.invitations import site_of
from schema.context import Info
from schema.sign_in import check_authenticated, login_throttle, set_session_cookie
from schema.types.couple_joining import (
    AcceptCoupleInvitationInput,
    AcceptCoupleInvitationPayload,
    CoupleInvitationPayload,
    CoupleInvitationPreview,
    CoupleInvitationPreviewPayload,
    CoupleMemberPayload,
    InviteToCoupleInput,
)
from schema.types.couple_members import CoupleInvitation
from schema.types.couples import Couple
from schema.types.node import decode_id
from services.marketplace import couple_invitations, couple_joining, couple_members

Code = Annotated[str, strawberry.argument(description="From the link.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The invitation.")]
MemberId = Annotated[strawberry.ID, strawberry.argument(description="One's own id leaves.")]
Form = Annotated[InviteToCoupleInput, strawberry.argument(description="Whom to invite.")]
JoinForm = Annotated[
    AcceptCoupleInvitationInput, strawberry.argument(description="Who accepts what.")
]


async def couple_invitation(info: Info, code: Code) -> CoupleInvitationPreview | None:
    """What the link of a partner is about. Consumes nothing; null for a code that is none."""
    await login_throttle(info.context).check_code_rate()
    shown = await couple_joining.preview(info.context.db, code)
    return CoupleInvitationPreview.of(shown) if shown else None


async def invite_to_couple(info: Info, input: Form) -> CoupleInvitationPayload:
    """Invite one's partner, by e-mail or by a link to hand over, which is `acceptUrl`."""
    site = site_of(info)
    async with info.context.db.write() as uow:
        done = await couple_invitations.invite(uow, info.context.actor, site, input.command())
    return CoupleInvitationPayload.of(done)


async def revoke_couple_invitation(info: Info, id: Id) -> CoupleInvitationPayload:
    """Take the invitation of one's partner back: its link stops working at once."""
    key = decode_id(id, "CoupleInvitation")
    async with info.context.db.write() as uow:
        row = await couple_invitations.revoke(uow, info.context.actor, key)
    return CoupleInvitationPayload(invitation=CoupleInvitation.of(row))


async def decline_couple_invitation(info: Info, code: Code) -> CoupleInvitationPreviewPayload:
    """Say no to an invitation of a partner; again does nothing."""
    await login_throttle(info.context).check_code_rate()
    async with info.context.db.write() as uow:
        shown = await couple_joining.decline(uow, info.context.actor, code)
    return CoupleInvitationPreviewPayload(invitation=CoupleInvitationPreview.of(shown))


async def accept_couple_invitation(info: Info, input: JoinForm) -> AcceptCoupleInvitationPayload:
    """Join one's partner: with one's account, or with a new one. Both see the same from then on."""
    check_authenticated(info.context)
    throttle = login_throttle(info.context)
    done = await couple_joining.join(throttle, info.context.actor, input.command())
    if done.session is not None:
        set_session_cookie(info.context, done.session.token, done.session.expires_at)
    return AcceptCoupleInvitationPayload.of(done)


async def remove_couple_member(info: Info, id: MemberId) -> CoupleMemberPayload:
    """Take one's partner out of the couple, or leave it; both are notified by e-mail.

    The member who leaves keeps an account with an empty couple; suppliers and messages stay.
    """
    actor, base_url = info.context.actor, info.context.runtime.settings.base_url
    key = decode_id(id, "CoupleMember")
    async with info.context.db.write() as uow:
        couple = await couple_members.remove(uow, actor, base_url, key)
    return CoupleMemberPayload(couple=None if key == actor.user_id else Couple.of(couple))
