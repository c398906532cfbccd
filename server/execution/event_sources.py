"""The fields of Subscription that follow the log: what each shows for an event (X14, L26)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.events import (
    FlagChanged,
    HealthChanged,
    IncidentChanged,
    PhaseChanged,
    RecordedEvent,
    Subject,
)
from domain.events.criteria import CriterionJudged
from domain.events.subjects import EventsAbout
from schema.context import Context
from schema.types.events import SHOWN_KINDS, is_shown, to_event
from schema.types.flags import FeatureFlag
from schema.types.health import HealthSnapshot
from schema.types.incidents import Incident
from schema.types.node import decode_id
from schema.types.phases import LaunchPhase
from services.platform import event_reads

Arguments = Mapping[str, Any]  # as graphql-core coerced them
Payload = Callable[[Context, Arguments, RecordedEvent], Awaitable[object | None]]

_PHASE_KINDS = (PhaseChanged.TYPE, CriterionJudged.TYPE, FlagChanged.TYPE)


@dataclass(frozen=True, slots=True)
class Source:
    """Which events a field follows, and its object for one; None where it has nothing to show.

    `is_present`: the object is shown as it is now, not as the event left it.
    """

    kinds: tuple[str, ...]
    payload: Payload
    is_present: bool = True


async def _launch_event(
    _context: Context, arguments: Arguments, item: RecordedEvent
) -> object | None:
    wanted = arguments.get("phaseId")
    phase = decode_id(wanted, "LaunchPhase") if wanted is not None else None
    concerns = is_shown(item) and (phase is None or item.event.phase_id == phase)
    return to_event(item) if concerns else None


async def _is_old(context: Context, item: RecordedEvent, about: EventsAbout) -> bool:
    """Whether something newer happened to what is shown: then that event shows it (L26)."""
    async with context.db.read() as session:
        return await event_reads.is_superseded(session, item, about)


async def _flag(context: Context, arguments: Arguments, item: RecordedEvent) -> object | None:
    assert isinstance(item.event, FlagChanged)
    keys = arguments.get("keys")
    if keys is not None and item.event.key not in keys:
        return None
    if await _is_old(
        context, item, EventsAbout((FlagChanged.TYPE,), Subject.FLAG, (item.event.flag_id,))
    ):
        return None
    found = await context.loaders.flag_by_key.load(item.event.key)
    return FeatureFlag.of(found) if found else None


async def _incident(context: Context, arguments: Arguments, item: RecordedEvent) -> object | None:
    assert isinstance(item.event, IncidentChanged)
    severities = arguments.get("severity")
    if severities is not None and item.event.severity not in severities:
        return None
    about = EventsAbout((IncidentChanged.TYPE,), Subject.INCIDENT, (item.event.incident_id,))
    if await _is_old(context, item, about):
        return None
    found = await context.loaders.incident.load(item.event.incident_id)
    return Incident.of(found) if found else None


async def _phase(context: Context, arguments: Arguments, item: RecordedEvent) -> object | None:
    key = decode_id(arguments["id"], "LaunchPhase")
    flags = [link.flag.id for link in await context.loaders.phase_flags.load(key) or []]
    if isinstance(item.event, FlagChanged):
        concerns = item.event.flag_id in flags
    else:
        concerns = item.event.phase_id == key
    if not concerns or await _is_old(
        context, item, EventsAbout(_PHASE_KINDS, Subject.FLAG, flags, key)
    ):
        return None
    found = await context.loaders.phase.load(key)
    return LaunchPhase.of(found) if found else None


async def _health(context: Context, _arguments: Arguments, item: RecordedEvent) -> object | None:
    if await _is_old(context, item, EventsAbout((HealthChanged.TYPE,), Subject.HEALTH, None)):
        return None
    return HealthSnapshot.of(await context.runtime.health.latest())


SOURCES: Mapping[str, Source] = {
    "launchEvents": Source(SHOWN_KINDS, _launch_event, is_present=False),
    "featureFlags": Source((FlagChanged.TYPE,), _flag),
    "incidents": Source((IncidentChanged.TYPE,), _incident),
    "launchPhase": Source(_PHASE_KINDS, _phase),
    "systemHealth": Source((HealthChanged.TYPE,), _health),
}
