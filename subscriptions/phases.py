"""A live phase (S17, S82)."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from domain.errors import NotFound
from domain.events import FlagChanged, HealthChanged, IncidentChanged, PhaseChanged, RecordedEvent
from domain.events.criteria import CriterionJudged
from schema.context import Info
from schema.types.node import decode_id
from schema.types.phases import LaunchPhase
from services.phases.phase_reads import is_live
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest

PhaseId = Annotated[strawberry.ID, strawberry.argument(description="The phase.")]


async def launch_phase(info: Info, id: PhaseId) -> AsyncIterator[LaunchPhase]:
    """A phase as it is now, then again whenever it, its flags or its criteria change.

    Health and incidents count too while they can hold the ramp of a live phase.
    """
    key = decode_id(id, "LaunchPhase")
    linked: set[str] = set()
    live = False

    def is_selected(item: RecordedEvent) -> bool:
        event = item.event
        if isinstance(event, PhaseChanged | CriterionJudged):
            return event.phase_id == key
        if isinstance(event, HealthChanged | IncidentChanged):
            return live
        return isinstance(event, FlagChanged) and event.key in linked

    loaders = info.context.loaders
    newest: Latest[RecordedEvent] = Latest()
    async with open_events(info, newest, is_selected) as changes:
        while True:
            row = await loaders.phase.load(key)
            if row is None:
                raise NotFound("There is no such phase.", path=("id",))
            links = await loaders.phase_flags.load(key) or []
            linked.update(link.flag.key for link in links)
            live = is_live(row)
            yield LaunchPhase.of(row)
            if await anext(changes, None) is None:
                return
