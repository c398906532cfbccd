"""Incidents (SPEC S6, S28)."""

from datetime import datetime

import strawberry

from db.models import incidents as rows
from domain.actors import ActorRef
from schema.context import Info
from schema.enums import IncidentStatus, Severity
from schema.pagination import Connection
from schema.types.actors import Actor, User, load_actor
from schema.types.flags import FeatureFlag
from schema.types.node import Node, node_id
from schema.types.phases import LaunchPhase
from services import incident_reads
from services.incident_reads import IncidentFilter


@strawberry.type(description="Something that goes wrong in a launch.")
class Incident(Node):
    """One for each cause while it is open."""

    number: int = strawberry.field(description="What people call it by.")
    type: str = strawberry.field(description="Its kind, such as `phase_rollback`.")
    severity: Severity = strawberry.field(description="How bad it is.")
    title: str = strawberry.field(description="It in one line.")
    description: str | None = strawberry.field(description="What is known.")
    user_impact: str | None = strawberry.field(description="What users notice.")
    status: IncidentStatus = strawberry.field(description="Where it stands.")
    dedup_key: str | None = strawberry.field(description="Names its cause.")
    occurrences: int = strawberry.field(description="How often it was reported.")
    acknowledged_at: datetime | None = strawberry.field(description="When somebody took it.")
    resolution_notes: str | None = strawberry.field(description="What ended it.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    resolved_at: datetime | None = strawberry.field(description="When it was resolved.")
    version: int = strawberry.field(description="Moves with every change.")
    row: strawberry.Private[rows.LaunchIncident]

    @strawberry.field(description="The flags that it is about.")
    async def affected_features(self, info: Info) -> list[FeatureFlag]:
        """Keys of flags that no longer exist are left out."""
        found = await info.context.loaders.flag_by_key.load_many(self.row.affected_features)
        return [FeatureFlag.of(flag) for flag in found if flag is not None]

    @strawberry.field(description="The phase that it belongs to.")
    async def phase(self, info: Info) -> LaunchPhase | None:
        """Resolved only where it is asked for."""
        if self.row.phase_id is None:
            return None
        row = await info.context.loaders.phase.load(self.row.phase_id)
        return LaunchPhase.of(row) if row else None

    @strawberry.field(description="Who took it.")
    async def acknowledged_by(self, info: Info) -> Actor | None:
        """Resolved only where it is asked for."""
        row = self.row
        if row.acknowledged_by_kind is None:
            return None
        label = row.acknowledged_by_label or ""
        ref = ActorRef(row.acknowledged_by_kind, row.acknowledged_by_id, label)
        return await load_actor(info, ref)

    @strawberry.field(description="Who works on it.")
    async def assignee(self, info: Info) -> User | None:
        """Resolved only where it is asked for."""
        if self.row.assignee_id is None:
            return None
        user = await info.context.loaders.user.load(self.row.assignee_id)
        return User.of(user) if user else None

    @classmethod
    def of(cls, row: rows.LaunchIncident) -> "Incident":
        """A row as the graph shows it."""
        return cls(
            id=node_id("Incident", row.id),
            number=row.number,
            type=row.incident_type,
            severity=row.severity,
            title=row.title,
            description=row.description,
            user_impact=row.user_impact,
            status=row.status,
            dedup_key=row.dedup_key,
            occurrences=row.occurrences,
            acknowledged_at=row.acknowledged_at,
            resolution_notes=row.resolution_notes,
            created_at=row.created_at,
            resolved_at=row.resolved_at,
            version=row.version,
            row=row,
        )


@strawberry.type(description="A page of incidents.")
class IncidentConnection(Connection[Incident]):
    """Counts only where the count is asked for."""

    wanted: strawberry.Private[IncidentFilter]

    @strawberry.field(description="How many incidents the filter finds.")
    async def total_count(self, info: Info) -> int:
        """One more statement."""
        async with info.context.db.read() as session:
            return await incident_reads.count(session, self.wanted)
