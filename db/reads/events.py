"""Reads of the event log."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, literal_column

from db import log_edge
from db.event_log import conditions
from db.models.events import LaunchEvent
from db.models.incidents import LaunchIncident
from db.models.phases import LaunchPhase
from db.reads import actors
from db.reads.base import PLAIN, REVERSED_ORDER, Arguments, CursorKey, GlobalId, Read


def of_kinds(kinds: Sequence[str]) -> Read:
    """Read events of these kinds, oldest first."""
    literals = [literal_column(f"'{kind}'", Text) for kind in kinds]

    def where(arguments: Arguments) -> list[ColumnElement[bool]]:
        return conditions(arguments.get("phaseId"), arguments.get("since"), None, literals)

    return Read(
        LaunchEvent,
        where,
        order=(LaunchEvent.seq,),
        cursor_key=CursorKey.INT64,
        edge=log_edge.SEQ,
        arguments={
            "phaseId": GlobalId("LaunchPhase"),
            "since": PLAIN,
            "newestFirst": REVERSED_ORDER,
        },
    )


USER = actors.user(LaunchEvent.actor_kind, LaunchEvent.actor_id)
TOKEN = actors.token(LaunchEvent.actor_kind, LaunchEvent.actor_id)
PHASE = Read(LaunchPhase, lambda _arguments: [LaunchPhase.id == LaunchEvent.phase_id])
INCIDENT = Read(LaunchIncident, lambda _arguments: [LaunchIncident.id == LaunchEvent.subject_id])
# The arguments of `db.event_rows.event_of`.
PARTS = (
    LaunchEvent.id,
    LaunchEvent.seq,
    LaunchEvent.occurred_at,
    LaunchEvent.recorded_at,
    LaunchEvent.actor_kind,
    LaunchEvent.actor_id,
    LaunchEvent.actor_label,
    LaunchEvent.kind,
    LaunchEvent.payload,
    LaunchEvent.set_version,
)
