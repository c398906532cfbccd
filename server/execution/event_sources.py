"""The fields of Subscription that follow the event log, and their payloads (X14, L26)."""

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
from domain.platform.row_scope import readable
from schema.context import Context
from schema.types import marketplace_events
from schema.types.events import SHOWN_KINDS, is_shown, to_event
from schema.types.flags import FeatureFlag
from schema.types.health import HealthSnapshot
from schema.types.incidents import Incident
from schema.types.node import decode_id
from schema.types.phases import LaunchPhase
from services.platform import event_reads

Arguments = Mapping[str, Any]  # as graphql-core coerced them
BuildPayload = Callable[[Context, Arguments, RecordedEvent], Awaitable[object | None]]

_PHASE_KINDS = (PhaseChanged.TYPE, CriterionJudged.TYPE, FlagChanged.TYPE)


@dataclass(frozen=True, slots=True)
class EventSource:
    """Which events a field follows, and how to build its object; None if there is none to show.

    `shows_current_state`: the object is shown as it is now, not as the event left it.
    """

    kinds: tuple[str, ...]
    build_payload: BuildPayload
    shows_current_state: bool = True


async def _build_launch_event(
    _context: Context, arguments: Arguments, item: RecordedEvent
) -> object | None:
    global_id = arguments.get("phaseId")
    phase_id = decode_id(global_id, "LaunchPhase") if global_id is not None else None
    is_selected = is_shown(item) and (phase_id is None or item.event.phase_id == phase_id)
    return to_event(item) if is_selected else None


async def _build_marketplace_event(
    context: Context, arguments: Arguments, item: RecordedEvent
) -> object | None:
    kinds, row_scope = arguments.get("kinds"), readable(context.actor)
    if not marketplace_events.is_selected(item, kinds, row_scope):
        return None
    return marketplace_events.MarketplaceEvent.of(item)


async def _is_superseded(context: Context, item: RecordedEvent, about: EventsAbout) -> bool:
    """Whether a newer event about the same object exists; the newest one shows it (L26)."""
    async with context.db.read() as session:
        return await event_reads.is_superseded(session, item, about)


async def _build_flag(context: Context, arguments: Arguments, item: RecordedEvent) -> object | None:
    assert isinstance(item.event, FlagChanged)
    keys = arguments.get("keys")
    if keys is not None and item.event.key not in keys:
        return None
    if await _is_superseded(
        context, item, EventsAbout((FlagChanged.TYPE,), Subject.FLAG, (item.event.flag_id,))
    ):
        return None
    flag = await context.loaders.flag_by_key.load(item.event.key)
    return FeatureFlag.of(flag) if flag else None


async def _build_incident(
    context: Context, arguments: Arguments, item: RecordedEvent
) -> object | None:
    assert isinstance(item.event, IncidentChanged)
    severities = arguments.get("severity")
    if severities is not None and item.event.severity not in severities:
        return None
    about = EventsAbout((IncidentChanged.TYPE,), Subject.INCIDENT, (item.event.incident_id,))
    if await _is_superseded(context, item, about):
        return None
    incident = await context.loaders.incident.load(item.event.incident_id)
    return Incident.of(incident) if incident else None


async def _build_phase(
    context: Context, arguments: Arguments, item: RecordedEvent
) -> object | None:
    phase_id = decode_id(arguments["id"], "LaunchPhase")
    flag_ids = [link.flag.id for link in await context.loaders.phase_flags.load(phase_id) or []]
    if isinstance(item.event, FlagChanged):
        is_selected = item.event.flag_id in flag_ids
    else:
        is_selected = item.event.phase_id == phase_id
    if not is_selected or await _is_superseded(
        context, item, EventsAbout(_PHASE_KINDS, Subject.FLAG, flag_ids, phase_id)
    ):
        return None
    phase = await context.loaders.phase.load(phase_id)
    return LaunchPhase.of(phase) if phase else None


async def _build_health(
    context: Context, _arguments: Arguments, item: RecordedEvent
) -> object | None:
    if await _is_superseded(
        context, item, EventsAbout((HealthChanged.TYPE,), Subject.HEALTH, None)
    ):
        return None
    return HealthSnapshot.of(await context.runtime.health.latest())


SOURCES: Mapping[str, EventSource] = {
    "launchEvents": EventSource(SHOWN_KINDS, _build_launch_event, shows_current_state=False),
    "featureFlags": EventSource((FlagChanged.TYPE,), _build_flag),
    "incidents": EventSource((IncidentChanged.TYPE,), _build_incident),
    "launchPhase": EventSource(_PHASE_KINDS, _build_phase),
    "systemHealth": EventSource((HealthChanged.TYPE,), _build_health),
    "marketplaceEvents": EventSource(
        marketplace_events.STORED_KINDS, _build_marketplace_event, shows_current_state=False
    ),
}
