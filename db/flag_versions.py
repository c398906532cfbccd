"""Which version of the flag set a transaction makes, known to its events (SPEC X5)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Draft
from db.queries import flags, propagations
from domain.events import FlagChanged


async def stamp(session: AsyncSession, drafts: Sequence[Draft], now: datetime) -> list[Draft]:
    """Tell flag changes the version of the set that they become part of.

    Every write to a flag moves the version and holds its row until the commit, so what stands
    there after the last write is what the others will see.
    """
    changes = [draft.event for draft in drafts if isinstance(draft.event, FlagChanged)]
    if not changes:
        return list(drafts)
    version = await flags.set_version(session)
    await propagations.begin(session, version, now, changes[0].action, changes[0].run_id)
    return [_stamped(draft, version) for draft in drafts]


def _stamped(draft: Draft, version: int) -> Draft:
    if not isinstance(draft.event, FlagChanged):
        return draft
    return replace(draft, event=replace(draft.event, set_version=version))
