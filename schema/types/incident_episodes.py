"""Episodes of incidents (D5)."""

from datetime import datetime

import strawberry

from db.models import incidents as rows
from db.reads import incidents as reads
from schema.context import Info
from schema.directives import CostDirective
from schema.enums import Severity
from schema.planned import column, computed, read_rows
from schema.types.phases import LaunchPhase
from schema.types.suspects import SuspectChange, SuspectLimit, load_suspects


@strawberry.type(
    description="A consequence of the cause of an incident, which opened no incident of its own."
)
class IncidentDependent:
    """A symptom, such as a bad metric while the database is down (L17)."""

    key: str = strawberry.field(description="Its key, as `dedupKey` is the key of the cause.")
    title: str = strawberry.field(description="A summary in one line.")
    severity: Severity = strawberry.field(description="The severity.")
    explanation: str | None = strawberry.field(description="The last measurement.")
    began_at: datetime = strawberry.field(description="Its first bad sample.")
    ended_at: datetime | None = strawberry.field(
        description="When it was over. What outlives its cause by five minutes becomes an "
        "incident of its own."
    )

    @classmethod
    def of(cls, row: rows.IncidentDependent) -> "IncidentDependent":
        """Build the object from a database row."""
        return cls(
            key=row.key,
            title=row.title,
            severity=row.severity,
            explanation=row.explanation,
            began_at=row.began_at,
            ended_at=row.ended_at,
        )


def _as_it_is(value: float | None) -> float | None:
    return value


@strawberry.type(
    description="One episode of an incident, from its first bad sample until it was resolved. A"
    " cause that returns within 15 minutes begins the next episode of the same "
    "incident."
)
class IncidentEpisode:
    """One episode; the incident shows the fields of its current one."""

    number: int = strawberry.field(
        description="Counts the episodes of one incident, from 1.",
        metadata=column(rows.IncidentEpisode.number),
    )
    title: str = strawberry.field(
        description="A summary in one line.", metadata=column(rows.IncidentEpisode.title)
    )
    description: str | None = strawberry.field(
        description="What is known.", metadata=column(rows.IncidentEpisode.description)
    )
    severity: Severity = strawberry.field(
        description="The highest severity.", metadata=column(rows.IncidentEpisode.severity)
    )
    began_at: datetime = strawberry.field(
        description="When it began: `firstBadAt`, or `detectedAt` where no bad sample is known.",
        metadata=column(reads.EPISODE_BEGAN_AT),
    )
    first_bad_at: datetime | None = strawberry.field(
        description="The first bad sample; null where a person reported it.",
        metadata=column(rows.IncidentEpisode.first_bad_at),
    )
    detected_at: datetime = strawberry.field(
        description="When a check, a guard or a person noticed it.",
        metadata=column(rows.IncidentEpisode.detected_at),
    )
    acknowledged_at: datetime | None = strawberry.field(
        description="When it was first acknowledged.",
        metadata=column(rows.IncidentEpisode.acknowledged_at),
    )
    ended_at: datetime | None = strawberry.field(
        description="When it was over; null while open.",
        metadata=column(rows.IncidentEpisode.ended_at),
    )
    current_value: float | None = strawberry.field(
        description="The newest value that was measured, after its end the last one; null where "
        "its cause is no number.",
        metadata=computed(_as_it_is, rows.IncidentEpisode.value),
    )
    unit: str = strawberry.field(
        description="The unit of `currentValue`; empty for counts.",
        metadata=column(rows.IncidentEpisode.unit),
    )
    explanation: str | None = strawberry.field(
        description="The newest measurement as a sentence, with its limit.",
        metadata=column(rows.IncidentEpisode.explanation),
    )
    observed_at: datetime | None = strawberry.field(
        description="When that was measured.", metadata=column(rows.IncidentEpisode.observed_at)
    )
    resolution_notes: str | None = strawberry.field(
        description="How it was resolved.", metadata=column(rows.IncidentEpisode.resolution_notes)
    )
    row: strawberry.Private[rows.IncidentEpisode]
    incident: strawberry.Private[rows.LaunchIncident]

    @strawberry.field(
        description="The phase that it belongs to.", metadata=read_rows(reads.PHASE_OF_EPISODE)
    )
    async def phase(self, info: Info) -> LaunchPhase | None:
        """Load it only if it is selected."""
        if self.row.phase_id is None:
            return None
        row = await info.context.loaders.phase.load(self.row.phase_id)
        return LaunchPhase.of(row) if row else None

    @strawberry.field(
        description="The changes before it that may have caused it, the most suspicious first. "
        "Empty: nothing likely.",
        directives=[CostDirective(weight=10)],
    )
    async def suspects(self, info: Info, limit: SuspectLimit = 5) -> list[SuspectChange]:
        """Load suspects, ranked by evidence (X8)."""
        return await load_suspects(info, self.incident, limit, self.row)

    @strawberry.field(
        description="What follows from the same cause: it opened no incident, in the order in "
        "which it began."
    )
    async def dependents(self, info: Info) -> list[IncidentDependent]:
        """Load the symptoms of the cause, which open no incidents (L17)."""
        rows = await info.context.loaders.dependents.load(self.row.id) or []
        return [IncidentDependent.of(row) for row in rows]

    @classmethod
    def of(cls, row: rows.IncidentEpisode, incident: rows.LaunchIncident) -> "IncidentEpisode":
        """Build the object from a database row."""
        return cls(
            number=row.number,
            title=row.title,
            description=row.description,
            severity=row.severity,
            began_at=row.began_at,
            first_bad_at=row.first_bad_at,
            detected_at=row.detected_at,
            acknowledged_at=row.acknowledged_at,
            ended_at=row.ended_at,
            current_value=row.value,
            unit=row.unit,
            explanation=row.explanation,
            observed_at=row.observed_at,
            resolution_notes=row.resolution_notes,
            row=row,
            incident=incident,
        )
