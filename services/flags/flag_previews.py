"""Previews a change of a flag without making it (U2)."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import flags as queries
from db.queries import people
from domain.actors import Actor
from domain.errors import NotFound
from domain.flags.flag_effects import FlagEffect, count_effect
from domain.flags.flags import Flag
from domain.flags.kills import is_killed
from domain.phases.plan_warnings import killed_flags
from services.flags.flags import FlagPatch, check_patch, edited_parts


@dataclass(frozen=True, slots=True)
class FlagPreview:
    """The result of a change's dry run. `people` is the number of all people."""

    before: Flag
    after: Flag
    effect: FlagEffect
    people: int
    is_estimate: bool
    warnings: list[str] = field(default_factory=list)


async def preview(
    session: AsyncSession, actor: Actor, key: str, patch: FlagPatch, killed: Collection[str]
) -> FlagPreview:
    """Preview a change; raises what the change would raise, except for a missing reason.

    `killed` are the keys that are forced off: a change has no effect on them.
    """
    before = (await queries.by_key(session, [key])).get(key)
    if before is None:
        raise NotFound(f"There is no flag {key[:100]!r}.", path=("input", "key"))
    check_patch(patch)
    parts, warnings = await edited_parts(session, before, patch, actor, "preview")
    after = replace(
        before,
        enabled=parts.in_force.enabled,
        rollout_percentage=parts.in_force.percentage,
        target_groups=tuple(patch.get("target_groups", before.target_groups)),
        bucket_by=patch.get("bucket_by", before.bucket_by),
        parts=parts,
    )
    sample = await people.sample(session)
    return FlagPreview(
        before=before,
        after=after,
        # Hashing a hundred thousand people takes long: a thread keeps the event loop free.
        effect=FlagEffect()
        if is_killed(key, killed)
        else await asyncio.to_thread(count_effect, before, after, sample),
        people=sample.total,
        is_estimate=not sample.is_complete,
        warnings=[*warnings, *killed_flags([key], killed)],
    )
