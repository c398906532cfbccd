"""Incidents (S6, S28)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.models import incidents as rows
from db.reads import incidents as reads
from domain.actors import ActorRef
from schema.context import Info
from schema.directives import CostDirective
from schema.enums import IncidentStatus, Severity
from schema.pagination import MAX_BIGINT, After, Before, Connection, First, Last, Page, connection
from schema.planned import TOTAL_COUNT, column, one_of, read_rows
from schema.types.actors import Actor, User, load_actor
from schema.types.event_fields import cursor_of
from schema.types.flags import FeatureFlag
from schema.types.incident_episodes import IncidentEpisode
from schema.types.node import Node, node_id
from schema.types.phases import LaunchPhase
from schema.types.suspects import SuspectChange, SuspectLimit, load_suspects
from services.incidents import incident_reads
from services.incidents.incident_reads import EpisodePage, IncidentFilter
from services.incidents.incident_timelines import TimelinePage

if TYPE_CHECKING:
    from schema.types.events import LaunchEventConnection


@strawberry.type(description="An incident of a launch.")
class Incident(Node):
    """An incident; a cause has at most one that is open."""

    number: int = strawberry.field(
        description="The number by which people refer to it.",
        metadata=column(rows.LaunchIncident.number),
    )
    type: str = strawberry.field(
        description="Its kind, such as `phase_rollback`.",
        metadata=column(rows.LaunchIncident.incident_type),
    )
    severity: Severity = strawberry.field(
        description="The severity.", metadata=column(rows.LaunchIncident.severity)
    )
    title: str = strawberry.field(
        description="Its current episode in one line.", metadata=column(rows.LaunchIncident.title)
    )
    description: str | None = strawberry.field(
        description="What is known of its current episode.",
        metadata=column(rows.LaunchIncident.description),
    )
    user_impact: str | None = strawberry.field(
        description="What users notice.", metadata=column(rows.LaunchIncident.user_impact)
    )
    status: IncidentStatus = strawberry.field(
        description="Its status.", metadata=column(rows.LaunchIncident.status)
    )
    dedup_key: str | None = strawberry.field(
        description="Names its cause.", metadata=column(rows.LaunchIncident.dedup_key)
    )
    occurrences: int = strawberry.field(
        description="How often it was reported.", metadata=column(rows.LaunchIncident.occurrences)
    )
    acknowledged_at: datetime | None = strawberry.field(
        description="When it was acknowledged.",
        metadata=column(rows.LaunchIncident.acknowledged_at),
    )
    resolution_notes: str | None = strawberry.field(
        description="How it was resolved.", metadata=column(rows.LaunchIncident.resolution_notes)
    )
    created_at: datetime = strawberry.field(
        description="When it was first opened. The current episode says when it began.",
        metadata=column(rows.LaunchIncident.created_at),
    )
    resolved_at: datetime | None = strawberry.field(
        description="When it was resolved.", metadata=column(rows.LaunchIncident.resolved_at)
    )
    version: int = strawberry.field(
        description="Increases with every change.", metadata=column(rows.LaunchIncident.version)
    )
    row: strawberry.Private[rows.LaunchIncident]

    @strawberry.field(description="The affected flags.")
    async def affected_features(self, info: Info) -> list[FeatureFlag]:
        """Return the flags that still exist."""
        flags = await info.context.loaders.flag_by_key.load_many(self.row.affected_features)
        return [FeatureFlag.of(flag) for flag in flags if flag is not None]

    @strawberry.field(description="The phase that it belongs to.", metadata=read_rows(reads.PHASE))
    async def phase(self, info: Info) -> LaunchPhase | None:
        """Load it only if it is selected."""
        if self.row.phase_id is None:
            return None
        row = await info.context.loaders.phase.load(self.row.phase_id)
        return LaunchPhase.of(row) if row else None

    @strawberry.field(
        description="Who acknowledged it.",
        metadata=one_of(
            ("User", reads.USER),
            ("ApiToken", reads.TOKEN),
            otherwise=("SystemActor", {"component": reads.ACKNOWLEDGED_BY}),
            when=rows.LaunchIncident.acknowledged_by_kind,
        ),
    )
    async def acknowledged_by(self, info: Info) -> Actor | None:
        """Load it only if it is selected."""
        row = self.row
        if row.acknowledged_by_kind is None:
            return None
        label = row.acknowledged_by_label or ""
        ref = ActorRef(row.acknowledged_by_kind, row.acknowledged_by_id, label)
        return await load_actor(info, ref)

    @strawberry.field(description="Who works on it.", metadata=read_rows(reads.ASSIGNEE))
    async def assignee(self, info: Info) -> User | None:
        """Load it only if it is selected."""
        if self.row.assignee_id is None:
            return None
        user = await info.context.loaders.user.load(self.row.assignee_id)
        return User.of(user) if user else None

    @strawberry.field(
        description="Its events, oldest first, and the events of its flags, its phase and health "
        "from 15 minutes before it opened until it was resolved."
    )
    async def timeline(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Annotated["LaunchEventConnection", strawberry.lazy("schema.types.events")]:
        """Read the timeline from the event log (A33)."""
        from schema.types import events as types  # noqa: PLC0415 - they refer to each other

        page = Page.of(first, after, last, before)
        query = TimelinePage(self.row.id, page.numbers(at_most=MAX_BIGINT))
        events = await info.context.loaders.timeline.load(query) or []
        return connection(
            types.LaunchEventConnection, events, page, cursor=cursor_of, wrap=types.to_event
        )

    @strawberry.field(
        description="The changes that may have caused its current episode, most suspicious first. "
        "Empty: nothing likely.",
        directives=[CostDirective(weight=10)],
    )
    async def suspects(self, info: Info, limit: SuspectLimit = 5) -> list[SuspectChange]:
        """Load suspects of the current episode, ranked by evidence (X8)."""
        return await load_suspects(info, self.row, limit)

    @strawberry.field(
        description="The open episode, else the last one.",
        metadata=read_rows(reads.CURRENT_EPISODE),
    )
    async def current_episode(self, info: Info) -> IncidentEpisode:
        """Load the current episode, which every incident has."""
        episode = await info.context.loaders.episode.load(self.row.id)
        assert episode is not None
        return IncidentEpisode.of(episode, self.row)

    @strawberry.field(
        description="Each time that it began and ended, the newest first. `occurrences` counts "
        "reports instead: several may belong to one episode."
    )
    async def episodes(
        self,
        info: Info,
        limit: Annotated[
            int | None, strawberry.argument(description="The most to return, from 1 to 100.")
        ] = 20,
    ) -> list[IncidentEpisode]:
        """Load the history of episodes."""
        page = EpisodePage(self.row.id, 20 if limit is None else limit)
        rows = await info.context.loaders.episodes.load(page) or []
        return [IncidentEpisode.of(row, self.row) for row in rows]

    @strawberry.field(
        description="The report as Markdown, for a postmortem.",
        directives=[CostDirective(weight=20)],
    )
    async def report(self, info: Info) -> str:
        """Write the report: numbers, impact, resolution, suspects, timeline (A35)."""
        return await info.context.loaders.incident_report.load(self.row) or ""

    @classmethod
    def of(cls, row: rows.LaunchIncident) -> "Incident":
        """Build the object from a database row."""
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


@strawberry.type(description="A page of people who can be assigned to incidents.")
class AssigneeConnection(Connection[User]):
    """A page without a total."""


@strawberry.type(description="A page of incidents.")
class IncidentConnection(Connection[Incident]):
    """A page whose total is counted only if it is selected."""

    filters: strawberry.Private[IncidentFilter]

    @strawberry.field(
        description="The number of incidents that match the filter.", metadata=TOTAL_COUNT
    )
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await incident_reads.count(session, self.filters)
