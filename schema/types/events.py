"""The event feed: everything that happens in a launch, in order (S14, X6)."""

from datetime import datetime

import strawberry

from domain import events as domain
from domain.events import RecordedEvent
from domain.events.alerts import AlertSent, SilenceChanged
from domain.events.archives import LogArchived
from domain.events.criteria import CriterionJudged
from domain.events.kills import KillChanged
from domain.phases.plans import FlagDiff as Diff
from schema.context import Info
from schema.directives import CostDirective
from schema.enums import HealthStatus, PhaseStatus
from schema.guard_enums import GuardAction
from schema.pagination import Connection
from schema.types import event_fields
from schema.types.archive_events import ArchiveEvent
from schema.types.criteria import CriterionStatus
from schema.types.event_fields import CommonFields, LaunchEvent, common_fields
from schema.types.flag_diffs import FlagDiff
from schema.types.health import HealthCheck
from schema.types.incidents import Incident
from schema.types.launch_states import LaunchState
from schema.types.log_edges import ArchivedPart
from schema.types.phases import LaunchPhase
from schema.types.propagation import Propagation
from schema.types.silences import Silence
from services.phases import launch_states


@strawberry.type(description="A phase was created, edited or moved.")
class PhaseEvent(LaunchEvent):
    """One change of a phase."""

    event: strawberry.Private[domain.PhaseChanged]
    before: PhaseStatus | None = strawberry.field(name="from", description="The state before.")
    to: PhaseStatus = strawberry.field(description="The state after.")

    @strawberry.field(description="The phase as it is now.", metadata=event_fields.PHASE)
    async def phase(self, info: Info) -> LaunchPhase:
        """Load the phase; phases are never deleted."""
        assert self.event.phase_id is not None
        row = await info.context.loaders.phase.load(self.event.phase_id)
        assert row is not None
        return LaunchPhase.of(row)


@strawberry.type(description="A flag was created or changed.")
class FlagEvent(LaunchEvent):
    """One change of a flag."""

    diff: FlagDiff = strawberry.field(description="What changed.")
    event: strawberry.Private[domain.FlagChanged]

    @strawberry.field(description="Its propagation to processes and clients; null for old events.")
    async def propagation(self, info: Info) -> Propagation | None:
        """Load the propagation of the flag set version of this change."""
        version = self.event.set_version
        measurement = await info.context.loaders.propagation.load(version) if version else None
        return Propagation.of(measurement) if measurement else None


@strawberry.type(description="A flag was killed, or a kill was lifted.")
class KillEvent(LaunchEvent):
    """One kill or lift."""

    key: str = strawberry.field(description="The flag's key; `*` is every flag.")
    killed: bool = strawberry.field(description="True: killed; false: lifted.")
    reason: str = strawberry.field(description="The reason, in the words of the author.")

    @classmethod
    def changed(cls, event: KillChanged, common: CommonFields) -> "KillEvent":
        """Build the object from an event."""
        record = event.record
        return cls(key=record.key, killed=record.killed, reason=record.reason, **common)


@strawberry.type(description="A health check changed its status.")
class HealthEvent(LaunchEvent):
    """One change of a check."""

    event: strawberry.Private[domain.HealthChanged]
    before: HealthStatus = strawberry.field(name="from", description="The state before.")
    to: HealthStatus = strawberry.field(description="The state after.")

    @strawberry.field(description="The check as it is now.")
    async def check(self, info: Info) -> HealthCheck:
        """Load the newest state of the check."""
        snapshot = await info.context.runtime.health.latest()
        state = next(item for item in snapshot.checks if item.check is self.event.check)
        return HealthCheck.of(state)


@strawberry.type(description="The verdict of a criterion changed, or it acted.")
class CriterionEvent(LaunchEvent):
    """A verdict of a criterion that differs from the one before (X1)."""

    status: CriterionStatus = strawberry.field(description="The criterion as it was judged then.")
    action_taken: GuardAction | None = strawberry.field(description="The action taken; null: none.")
    event: strawberry.Private[CriterionJudged]

    @strawberry.field(description="The phase as it is now.", metadata=event_fields.PHASE)
    async def phase(self, info: Info) -> LaunchPhase:
        """Load the phase; phases are never deleted."""
        assert self.event.phase_id is not None
        row = await info.context.loaders.phase.load(self.event.phase_id)
        assert row is not None
        return LaunchPhase.of(row)

    @classmethod
    def judged(cls, event: CriterionJudged, item: RecordedEvent) -> "CriterionEvent":
        """An event as the graph shows it; it holds the criterion that was judged."""
        assert event.state.judged is not None
        status = CriterionStatus.of(event.state.judged, event.state)
        return cls(
            status=status, action_taken=event.action_taken, event=event, **common_fields(item)
        )


@strawberry.type(description="An incident was opened or changed.")
class IncidentEvent(LaunchEvent):
    """One change of an incident."""

    note: str | None = strawberry.field(description="A note.")
    event: strawberry.Private[domain.IncidentChanged]

    @strawberry.field(description="The incident as it is now.", metadata=event_fields.INCIDENT)
    async def incident(self, info: Info) -> Incident:
        """Load the incident; incidents are never deleted."""
        row = await info.context.loaders.incident.load(self.event.incident_id)
        assert row is not None
        return Incident.of(row)


@strawberry.type(description="An alert was delivered to a channel, or given up.")
class AlertEvent(LaunchEvent):
    """One message to one channel."""

    channel: str = strawberry.field(description="The name of the channel, without secrets.")
    delivered: bool = strawberry.field(description="Whether it was delivered.")
    latency_ms: int | None = strawberry.field(
        description="Milliseconds from the first bad sample to the delivery."
    )

    @classmethod
    def sent(cls, event: AlertSent, common: CommonFields) -> "AlertEvent":
        """Build the object from an event."""
        return cls(
            channel=event.channel,
            delivered=event.delivered,
            latency_ms=event.latency_ms,
            **common,
        )


@strawberry.type(description="A silence was created or ended early.")
class SilenceEvent(LaunchEvent):
    """One change of a silence."""

    event: strawberry.Private[SilenceChanged]

    @strawberry.field(description="The silence after the event.")
    def silence(self, info: Info) -> Silence:
        """Return the silence, which the event contains."""
        return Silence.of(self.event.silence, info.context.now)


@strawberry.type(description="A page of events.")
class LaunchEventConnection(ArchivedPart, Connection[LaunchEvent]):
    """A page that says where the log begins."""


@strawberry.type(description="The stream missed events: read the state again, then resume.")
class StreamGap(LaunchEvent):
    """Stands for events that a stream did not send."""

    missed: int = strawberry.field(description="The least number of missed events.")
    resume_from: str = strawberry.field(
        description="Pass it as `after` to read them all, or to continue in a log that was "
        "restored, or whose older events were archived."
    )

    @strawberry.field(
        description="The current state of the launch, to show before resuming.",
        directives=[CostDirective(weight=50)],
    )
    async def snapshot(self, info: Info) -> LaunchState:
        """Read it only if it is selected."""
        async with info.context.db.read() as session:
            return LaunchState.of(await launch_states.state_at(session, self.at), self.at)


EVENT_TYPES = (
    PhaseEvent,
    FlagEvent,
    KillEvent,
    HealthEvent,
    CriterionEvent,
    IncidentEvent,
    AlertEvent,
    SilenceEvent,
    ArchiveEvent,
    StreamGap,
)
SHOWN_KINDS = tuple(
    kind.TYPE
    for kind in (
        domain.PhaseChanged,
        domain.FlagChanged,
        KillChanged,
        domain.HealthChanged,
        CriterionJudged,
        domain.IncidentChanged,
        AlertSent,
        SilenceChanged,
        LogArchived,
    )
)


def is_shown(item: RecordedEvent) -> bool:
    """Return whether the feed shows this kind of event."""
    return item.event.TYPE in SHOWN_KINDS


def to_event(item: RecordedEvent) -> LaunchEvent:
    """Build the object for an event; check `is_shown` first."""
    common = common_fields(item)
    shown: LaunchEvent | None = None
    match item.event:
        case domain.PhaseChanged() as event:
            shown = PhaseEvent(event=event, before=event.before, to=event.after, **common)
        case domain.FlagChanged() as event:
            diff = FlagDiff.of(Diff(event.key, event.before, event.after))
            shown = FlagEvent(diff=diff, event=event, **common)
        case domain.HealthChanged() as event:
            shown = HealthEvent(event=event, before=event.before, to=event.after, **common)
        case CriterionJudged() as event:
            shown = CriterionEvent.judged(event, item)
        case domain.IncidentChanged() as event:
            shown = IncidentEvent(event=event, note=event.note, **common)
        case _:
            shown = _to_operations_event(item.event, common)
    if shown is None:
        raise TypeError(f"{item.event.TYPE} is not shown")
    return shown


def _to_operations_event(event: domain.Event, common: CommonFields) -> LaunchEvent | None:
    match event:
        case KillChanged():
            return KillEvent.changed(event, common)
        case SilenceChanged():
            return SilenceEvent(event=event, **common)
        case AlertSent():
            return AlertEvent.sent(event, common)
        case LogArchived():
            return ArchiveEvent.archived(event, common)
    return None


_MAX = 2**31 - 1  # what Int holds: a cursor may be any number


def stream_gap(cursor: str, at: datetime, missed: int) -> StreamGap:
    """Build the event that stands for events left out after a cursor."""
    missed = min(missed, _MAX)
    return StreamGap(
        cursor=cursor,
        at=at,
        recorded_at=at,
        summary=f"At least {missed} events were missed: resume after {cursor}.",
        ref=None,
        missed=missed,
        resume_from=cursor,
    )
