"""Events of the graph of rows of the log, for query plans."""

from typing import Any

from db.event_rows import event_of
from db.reads import events as reads
from schema.planned import Made
from schema.types.events import SHOWN_KINDS, LaunchEvent, to_event


def _event(*columns: Any) -> LaunchEvent:  # noqa: ANN401 - `reads.PARTS`
    return to_event(event_of(*columns))


EVENTS = reads.of_kinds(SHOWN_KINDS)
BUILT = Made(_event, reads.PARTS)
