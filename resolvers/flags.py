"""Fields about feature flags (S21 to S24, A22)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.errors import LaunchError
from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, encode_cursor
from schema.types.flag_inputs import (
    CreateFeatureFlagInput,
    EvaluateFlagsInput,
    FlagPayload,
    ToggleFeatureFlagInput,
    UpdateFeatureFlagInput,
)
from schema.types.flag_previews import FlagChangePreviewPayload
from schema.types.flag_values import FlagSet
from schema.types.flags import FeatureFlag, FeatureFlagConnection
from schema.types.node import decode_id, decode_optional_id
from services.flags import (
    flag_ceilings,
    flag_evaluation,
    flag_previews,
    flag_reads,
    flag_reverts,
    flag_toggles,
    flags,
)
from services.flags.flag_evaluation import viewer_context
from services.flags.flag_reads import FlagFilter

Enabled = Annotated[bool | None, strawberry.argument(description="Only those on, or off.")]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only those that a phase introduced.")
]
Search = Annotated[str | None, strawberry.argument(description="A part of the key or name.")]
Key = Annotated[str, strawberry.argument(description="The flag's key.")]
Device = Annotated[
    str | None,
    strawberry.argument(description="The visitor's device id, which keeps their flags stable."),
]
Version = Annotated[int, strawberry.argument(description="The version that was received.")]
EvaluationArgument = Annotated[
    EvaluateFlagsInput, strawberry.argument(description="The user and the flags.")
]
ChangeId = Annotated[strawberry.ID, strawberry.argument(description="The change to revert.")]
Reason = Annotated[str, strawberry.argument(description="The reason, for the audit.")]
NewFlagArgument = Annotated[
    CreateFeatureFlagInput, strawberry.argument(description="The new flag.")
]
ChangesArgument = Annotated[UpdateFeatureFlagInput, strawberry.argument(description="The changes.")]
ToggleArgument = Annotated[
    ToggleFeatureFlagInput, strawberry.argument(description="The state to set.")
]


async def feature_flags(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    enabled: Enabled = None,
    phase_id: PhaseId = None,
    search: Search = None,
) -> FeatureFlagConnection:
    """Flags in the order of creation."""
    page = Page.of(first, after, last, before)
    phase = decode_optional_id(phase_id, "LaunchPhase", "phaseId")
    flag_filter = FlagFilter(enabled, phase, search)
    async with info.context.db.read() as session:
        rows = await flag_reads.page(session, flag_filter, page.moments())
    return connection(
        partial(FeatureFlagConnection, filters=flag_filter),
        rows,
        page,
        cursor=lambda flag: encode_cursor(flag.created_at, flag.id),
        wrap=FeatureFlag.of,
    )


async def feature_flag(info: Info, key: Key) -> FeatureFlag | None:
    """One flag by its key."""
    async with info.context.db.read() as session:
        flag = await flag_reads.find(session, key)
    return FeatureFlag.of(flag) if flag else None


async def evaluate_flags(info: Info, input: EvaluationArgument) -> FlagSet:
    """Evaluate flags for a given user, hidden flags included, with explanations."""
    current = info.context.runtime.flags.current
    async with info.context.db.read() as session:
        flag_values = await flag_evaluation.evaluate_for(
            session, current, input.command(), info.context.now
        )
    return FlagSet.of(flag_values.version, flag_values.flags)


async def viewer_flags(info: Info, device_id: Device = None) -> FlagSet:
    """The flags of the caller, including those that are off. Needs no log-in and no database."""
    current = info.context.runtime.flags.current
    context = viewer_context(info.context.actor, device_id)
    flags, usage = current.client_flags(context), info.context.runtime.usage
    record_exposures = partial(usage.note_all_served, flags)
    record_exposures()
    info.context.on_hit.append(record_exposures)
    return FlagSet.seen(current, flags)


async def acknowledge(info: Info, version: Version, device_id: Device = None) -> bool:
    """Acknowledge a version of the flags that viewerFlags sent over this socket.

    It is counted once. False if this socket was not sent that version recently.
    """
    receipts = info.context.runtime.receipts
    own_streams = [stream for stream in info.context.flag_streams if stream.device_id == device_id]
    return sum(receipts.confirm(stream, version) for stream in own_streams) > 0


async def flag_change_preview(info: Info, input: ChangesArgument) -> FlagChangePreviewPayload:
    """What updateFeatureFlag would do with this input, and to how many people.

    Rejected like the change itself, except for a missing reason or another version.
    """
    context, killed = info.context, info.context.runtime.flags.current.killed
    try:
        async with context.db.read() as session:
            preview = await flag_previews.preview(
                session, context.actor, input.key, input.patch(), killed
            )
    except LaunchError as error:
        return FlagChangePreviewPayload.failed(error)
    return FlagChangePreviewPayload.of(preview)


async def create(info: Info, input: NewFlagArgument) -> FlagPayload:
    """Create a flag."""
    async with info.context.db.write() as uow:
        created = await flags.create(uow, info.context.actor, input.command())
    return FlagPayload.of(created)


async def update(info: Info, input: ChangesArgument) -> FlagPayload:
    """Change a flag."""
    async with info.context.db.write() as uow:
        updated = await flags.update(
            uow,
            info.context.actor,
            input.key,
            input.patch(),
            reason=input.reason,
            expected_version=input.expected_version,
        )
    return FlagPayload.of(updated)


async def toggle(info: Info, input: ToggleArgument) -> FlagPayload:
    """Switch a flag on or off; repeating changes nothing."""
    async with info.context.db.change_flag() as transaction:
        toggled = await flag_toggles.toggle(
            transaction,
            info.context.actor,
            input.key,
            enabled=input.enabled,
            reason=input.reason,
            expected_version=input.expected_version,
            idempotency_key=input.idempotency_key,
        )
    return FlagPayload.of(toggled)


async def lift_ceiling(info: Info, key: Key, reason: Reason) -> FlagPayload:
    """Lift the limit that a person set on a flag during a run: the ramp alone decides again."""
    async with info.context.db.write() as uow:
        updated = await flag_ceilings.lift(uow, info.context.actor, key, reason)
    return FlagPayload.of(updated)


async def revert_change(info: Info, change_id: ChangeId, reason: Reason) -> FlagPayload:
    """Revert what one change of a flag moved, as a new change."""
    key = decode_id(change_id, "Change", "changeId")
    async with info.context.db.write() as uow:
        reverted = await flag_reverts.revert(uow, info.context.actor, key, reason)
    return FlagPayload.of(reverted)
