"""How query plans build event objects from rows of the event log."""

from typing import Any

from db.event_rows import event_of
from db.reads import events as reads
from schema.planned import ComputedField
from schema.types.event_fields import LaunchEvent
from schema.types.events import SHOWN_KINDS, to_event


def _build_event(*columns: Any) -> LaunchEvent:  # noqa: ANN401 - `reads.PARTS`
    return to_event(event_of(*columns))


EVENTS = reads.of_kinds(SHOWN_KINDS)
EVENT_BUILDER = ComputedField(_build_event, reads.PARTS)
