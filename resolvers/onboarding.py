"""Fields about the guided setup (S42 to S44, S73)."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import strawberry

from domain.errors import Invalid
from domain.journeys.onboarding import OnboardingSide
from schema.context import Info
from schema.enums import UserType
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    encode_cursor,
)
from schema.scalars import JSON, EmailAddress
from schema.types.node import decode_id
from schema.types.onboarding import Onboarding, OnboardingPayload
from schema.types.onboarding_data import named_in_data, profile_in
from services.journeys import onboarding as setup
from services.marketplace import directory, nudges, profiles
from services.marketplace.directory import StalledFilter

Step = Annotated[str, strawberry.argument(description="The key of the step.")]
Data = Annotated[
    JSON | None,
    strawberry.argument(
        description="For business_info and basic_details: the fields of ProfileInput to save."
    ),
]
Message = Annotated[
    str | None, strawberry.argument(description="The question: at most 2000 characters.")
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The onboarding.")]
Enabled = Annotated[bool, strawberry.argument(description="False turns reminders off.")]
Side = Annotated[
    UserType | None, strawberry.argument(description="Only suppliers, or only couples.")
]
Age = Annotated[
    int | None,
    strawberry.argument(description="Seconds without a completed step; 300 by default."),
]
Owner = Annotated[
    EmailAddress | None,
    strawberry.argument(description="Only the account with this e-mail address."),
]


async def stalled_onboardings(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    user_type: Side = None,
    older_than_seconds: Age = 300,
    email: Owner = None,
) -> Connection[Onboarding]:
    """People who have not finished and are inactive, and all who ask for help; longest first.

    Requests for help are listed at once, whatever `olderThanSeconds` says, until answered.
    """
    page = Page.of(first, after, last, before)
    stalled_filter = replace(_stalled(info, user_type, older_than_seconds), email=email)
    async with info.context.db.read() as session:
        rows = await directory.page_of_stalled(session, stalled_filter, page.moments())
    return connection(
        Connection[Onboarding],
        rows,
        page,
        cursor=lambda row: encode_cursor(row.last_activity_at, row.id),
        wrap=Onboarding.of,
    )


async def complete_step(info: Info, step: Step, data: Data = None) -> OnboardingPayload:
    """Complete a step; rejected if nothing proves it. Repeating changes nothing."""
    profile_fields, actor = profile_in(step, data), info.context.actor
    async with info.context.db.write() as uow:
        if profile_fields:
            with named_in_data():
                await profiles.update(uow, actor, profile_fields)
        row = await setup.complete_step(uow, actor, actor.user_id, step)
    return OnboardingPayload(onboarding=Onboarding.of(row))


async def dismiss_nudge(info: Info) -> OnboardingPayload:
    """Dismiss the nudge. Repeating changes nothing."""
    async with info.context.db.write() as uow:
        row = await nudges.dismiss(uow, info.context.actor)
    return OnboardingPayload(onboarding=Onboarding.of(row))


async def set_nudges(info: Info, enabled: Enabled) -> OnboardingPayload:
    """Turn reminders about the guided setup on or off."""
    actor = info.context.actor
    async with info.context.db.write() as uow:
        await nudges.allow(uow, actor, actor.user_id, enabled)
        row = await setup.of_user(uow.session, actor.user_id)
    return OnboardingPayload(onboarding=Onboarding.of(row))


async def request_assistance(info: Info, message: Message = None) -> OnboardingPayload:
    """Ask a person for help."""
    async with info.context.db.write() as uow:
        row = await setup.request_assistance(
            uow, info.context.actor, info.context.actor.user_id, message
        )
    return OnboardingPayload(onboarding=Onboarding.of(row))


async def answer_assistance(info: Info, id: Id) -> OnboardingPayload:
    """Mark a request for help as answered. Repeating changes nothing."""
    key = decode_id(id, "Onboarding")
    async with info.context.db.write() as uow:
        row = await setup.answer_assistance(uow, info.context.actor, key)
    return OnboardingPayload(onboarding=Onboarding.of(row))


def _stalled(info: Info, user_type: UserType | None, seconds: int | None) -> StalledFilter:
    age = 300 if seconds is None else seconds
    if age < 0:
        raise Invalid("olderThanSeconds may not be negative.", path=("olderThanSeconds",))
    if user_type is UserType.ADMIN:
        raise Invalid("Admins have no onboarding.", path=("userType",))
    side = OnboardingSide(user_type.value) if user_type else None
    return StalledFilter(info.context.now - timedelta(seconds=age), side)
