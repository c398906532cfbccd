"""Reads of incidents."""

from sqlalchemy import ColumnElement, Text, func, literal_column

from db.models.accounts import User
from db.models.incidents import IncidentEpisode, LaunchIncident
from db.models.phases import LaunchPhase
from db.queries import incidents as queries
from db.reads import actors
from db.reads.base import PLAIN, Arguments, GlobalId, Read


def _conditions(arguments: Arguments) -> list[ColumnElement[bool]]:
    return queries.conditions(
        status=arguments.get("status"),
        severity=arguments.get("severity"),
        phase_id=arguments.get("phaseId"),
        number=arguments.get("number"),
    )


PAGE = Read(
    LaunchIncident,
    _conditions,
    order=(LaunchIncident.created_at, LaunchIncident.id),
    descending=True,
    arguments={
        "status": PLAIN,
        "severity": PLAIN,
        "phaseId": GlobalId("LaunchPhase"),
        "number": PLAIN,
    },
)
PHASE = Read(LaunchPhase, lambda _arguments: [LaunchPhase.id == LaunchIncident.phase_id])
ASSIGNEE = Read(User, lambda _arguments: [User.id == LaunchIncident.assignee_id])
USER = actors.user(LaunchIncident.acknowledged_by_kind, LaunchIncident.acknowledged_by_id)
TOKEN = actors.token(LaunchIncident.acknowledged_by_kind, LaunchIncident.acknowledged_by_id)
CURRENT_EPISODE = Read(
    IncidentEpisode,
    lambda _arguments: [IncidentEpisode.incident_id == LaunchIncident.id],
    order=(IncidentEpisode.number,),
    descending=True,
)
PHASE_OF_EPISODE = Read(
    LaunchPhase, lambda _arguments: [LaunchPhase.id == IncidentEpisode.phase_id]
)
EPISODE_BEGAN_AT = func.coalesce(IncidentEpisode.first_bad_at, IncidentEpisode.detected_at)
ACKNOWLEDGED_BY = func.coalesce(LaunchIncident.acknowledged_by_label, literal_column("''", Text))
