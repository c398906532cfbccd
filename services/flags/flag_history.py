"""Reconstructs the flags at an earlier moment from audit and event log (X7, L20)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.queries import changes, kills, phases
from db.queries import launch_states as queries
from domain.events import FlagChanged, PhaseChanged
from domain.flags.flags import BucketBy, Flag
from domain.phases.phases import PhaseStatus
from domain.platform.percent import Percent
from services.flags.flag_sets import FlagSet
from services.platform import log_edges

State = dict[str, object]


async def as_of(session: AsyncSession, flag_set: FlagSet, at: datetime) -> FlagSet:
    """Return the set at a moment, without flags that were created later.

    A change made directly in the database shows from the next regular change on. Raises
    EventsArchived for a moment before the edge of the log.
    """
    ids = [flag.id for flag in flag_set.flags.values()]
    last = await changes.newest_by_subject(session, ids, until=at)
    rest = [key for key in ids if key not in last]
    later = await changes.oldest_by_subject(session, rest, since=at)
    flags = {}
    for flag in flag_set.flags.values():
        state = _state_at(flag, last.get(flag.id), later.get(flag.id), at)
        if state is not None:
            flags[flag.key] = with_values(flag, state)
    version = await _version_at(session, at)
    killed = await kills.killed_keys(session, until=at)
    await log_edges.check_kept(session, at, "at")
    return FlagSet(version, flags, killed=killed, loaded_at=at, stale=False)


async def upcoming(session: AsyncSession, at: datetime) -> dict[UUID, datetime]:
    """Return when the ramps that were live at a moment were to change each of their flags."""
    due: dict[UUID, datetime] = {}
    for item in await queries.last_of_kind(session, PhaseChanged.TYPE, at):
        event = item.event
        assert isinstance(event, PhaseChanged)
        if event.after is PhaseStatus.ACTIVE and event.next_step_at and event.phase_id:
            due[event.phase_id] = event.next_step_at
    linked = await phases.linked_flags(session, list(due)) if due else {}
    return {link.flag.id: due[phase_id] for phase_id, links in linked.items() for link in links}


def _state_at(flag: Flag, last: Change | None, later: Change | None, at: datetime) -> State | None:
    """Return the state after the last change, or else before the next one; None before creation."""
    if last is not None:
        return last.after or {}
    if later is not None:
        return later.before
    return {} if flag.created_at <= at else None  # it was never changed


def with_values(flag: Flag, state: State) -> Flag:
    """Return a flag with the values of one side of a diff; unchanged where that side is empty."""
    if not state:
        return flag
    groups = state.get("targetGroups")
    return replace(
        flag,
        enabled=bool(state.get("enabled")),
        rollout_percentage=Percent(float(str(state.get("rolloutPercentage", 0)))),
        target_groups=tuple(map(str, groups)) if isinstance(groups, list) else (),
        bucket_by=BucketBy[str(state.get("bucketBy", BucketBy.USER.name))],
        version=int(str(state.get("version", flag.version))),
        salt=str(state.get("salt", flag.salt)),
        parts=None,
    )


async def _version_at(session: AsyncSession, at: datetime) -> int:
    """Return the version of the whole set at a moment; the first one is 1."""
    last = await queries.last_of_kind(session, FlagChanged.TYPE, at)
    versions = [item.event.set_version or 0 for item in last if isinstance(item.event, FlagChanged)]
    return max([1, *versions])
