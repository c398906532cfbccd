"""Loads the demo launch: creates what is missing and changes nothing that exists (S123)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from db.queries import flags as flag_queries
from db.queries import phases as phase_queries
from db.session import UnitOfWork
from devserver import demo_launch
from domain.actors import system_actor
from domain.platform.keyset import Keyset
from services.flags import flags
from services.phases import phases
from services.phases.phases import PhaseDraft

ACTOR = system_actor("demo")
_NINE = time(9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many phases and flags were created."""

    phases: int = 0
    flags: int = 0


async def load(uow: UnitOfWork, *, only_when_empty: bool = False) -> Loaded:
    """Create the missing phases and flags of the demo; nothing is switched on.

    `only_when_empty`: do nothing if any phase or flag exists.
    """
    if only_when_empty and await _has_content(uow):
        return Loaded()
    made_flags = await _load_flags(uow)
    made_phases = 0
    first_day = _next_morning(uow.now)
    for draft, begin, length in demo_launch.PHASES:
        if await phase_queries.by_key(uow.session, draft.key) is None:
            await phases.create(uow, ACTOR, _planned_phase(draft, first_day + begin, length))
            made_phases += 1
    return Loaded(made_phases, made_flags)


async def _has_content(uow: UnitOfWork) -> bool:
    return bool(
        await phases.list_all(uow.session) or await flag_queries.page(uow.session, Keyset(1))
    )


async def _load_flags(uow: UnitOfWork) -> int:
    drafts = {draft.key: draft for draft in demo_launch.FLAGS}
    existing = await flag_queries.by_key(uow.session, list(drafts))
    missing = [draft for key, draft in drafts.items() if key not in existing]
    for draft in missing:
        await flags.create(uow, ACTOR, draft)
    return len(missing)


def _planned_phase(draft: PhaseDraft, begin: datetime, length: timedelta) -> PhaseDraft:
    return replace(draft, planned_start_at=begin, planned_end_at=begin + length)


def _next_morning(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), _NINE)
