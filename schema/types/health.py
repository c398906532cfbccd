"""Health: the five damped checks and their history (S5, S25, A27)."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.health import health as domain
from domain.health import health_history as history
from domain.health import heartbeats
from domain.incidents.incidents import Severity
from domain.overview.system_status import summarize
from domain.platform.percent import Percent
from schema.context import Info
from schema.directives import CostDirective
from schema.enums import CheckType, HealthStatus, ServiceStatus, TimeRange
from schema.scalars import JSON
from schema.types.node import Node, node_id
from schema.types.silences import Silence
from services.health.health import longest_gap


@strawberry.type(description="A check during one slot of time.")
class HealthSlot:
    """One bar of the history."""

    at: datetime = strawberry.field(description="When the slot begins.")
    samples: int = strawberry.field(description="How many samples were taken.")
    uptime: Percent | None = strawberry.field(
        description="Share of HEALTHY and WARNING samples; null where there are none."
    )
    response_time_ms: int | None = strawberry.field(
        description="95 % of the samples took no longer; null for what is older than two days."
    )

    @classmethod
    def of(cls, slot: history.HealthSlot) -> "HealthSlot":
        """Build the object from a slot."""
        return cls(
            at=slot.at,
            samples=slot.samples,
            uptime=slot.uptime,
            response_time_ms=slot.response_time_ms,
        )


@strawberry.type(description="One check: bad after two failures, good again after two passes.")
class HealthCheck(Node):
    """A check with its damped status."""

    name: str = strawberry.field(description="Its name for people.")
    type: CheckType = strawberry.field(description="Its name for programs.")
    status: HealthStatus = strawberry.field(description="The status.")
    response_time_ms: int | None = strawberry.field(description="Of the latest sample.")
    error_message: str | None = strawberry.field(description="Why it is not HEALTHY.")
    details: JSON | None = strawberry.field(description="Further findings of the probe.")
    checked_at: datetime | None = strawberry.field(description="When the latest sample was taken.")
    since: datetime | None = strawberry.field(description="Since when it has this status.")
    stale: bool = strawberry.field(
        description="The latest sample is older than two intervals, so the status is UNKNOWN."
    )
    consecutive_failures: int = strawberry.field(description="The number of consecutive failures.")
    flapping: bool = strawberry.field(
        description="Four or more changes of the status within ten minutes."
    )

    @strawberry.field(description="The silence that covers it now.")
    async def silence(self, info: Info) -> Silence | None:
        """Load it for all checks of a reply in one statement."""
        row = await info.context.loaders.silence_of_check.load(self.type)
        return Silence.of(row, info.context.now) if row else None

    @classmethod
    def of(cls, state: domain.CheckState) -> "HealthCheck":
        """Build the object from a state."""
        return cls(
            id=node_id("HealthCheck", domain.CHECK_IDS[state.check]),
            name=domain.CHECK_NAMES[state.check],
            type=state.check,
            status=state.status,
            response_time_ms=state.response_time_ms,
            error_message=state.error,
            details=JSON(dict(state.details)) if state.details else None,
            checked_at=state.checked_at,
            since=state.since,
            stale=state.stale,
            consecutive_failures=state.consecutive_failures,
            flapping=state.flapping,
        )

    @strawberry.field(
        description="Share of HEALTHY and WARNING samples, without those of planned work; null "
        "where there are none."
    )
    async def uptime(
        self,
        info: Info,
        window: Annotated[
            TimeRange, strawberry.argument(description="The time range.")
        ] = TimeRange.LAST_24H,
    ) -> Percent | None:
        """Load it for all checks of a reply in one statement."""
        return await info.context.loaders.uptime.load((self.type, window))

    @strawberry.field(
        description="Its history in at most 61 equal slots, oldest first, including slots without "
        "samples. Empty for CURRENT_PHASE if no phase is active.",
        directives=[CostDirective(weight=2)],
    )
    async def history(
        self,
        info: Info,
        window: Annotated[
            TimeRange, strawberry.argument(description="The time range.")
        ] = TimeRange.LAST_24H,
    ) -> list[HealthSlot]:
        """Load it for all checks of a reply in one statement."""
        slots = await info.context.loaders.health_history.load((self.type, window)) or []
        return [HealthSlot.of(slot) for slot in slots]


@strawberry.type(description="A source of heartbeats.")
class Heartbeat:
    """A heartbeat; CRITICAL after a longer silence than allowed."""

    name: str = strawberry.field(description="The name: `worker`, `mail`, or one of HEARTBEATS.")
    status: HealthStatus = strawberry.field(
        description="HEALTHY, CRITICAL, or UNKNOWN before its first beat is due."
    )
    beat_at: datetime | None = strawberry.field(description="The last heartbeat.")
    within_seconds: float = strawberry.field(
        description="The longest allowed interval, in seconds."
    )

    @classmethod
    def of(cls, heartbeat: heartbeats.Heartbeat, now: datetime) -> "Heartbeat":
        """Build the object from a source."""
        return cls(
            name=heartbeat.name,
            status=heartbeat.status(now),
            beat_at=heartbeat.beat_at,
            within_seconds=heartbeat.within.total_seconds(),
        )


@strawberry.type(description="All checks at one moment.")
class HealthSnapshot:
    """All checks, as the dashboard shows them at the top."""

    cursor: str = strawberry.field(description="Grows from snapshot to snapshot.")
    at: datetime = strawberry.field(description="When it was taken.")
    overall: HealthStatus = strawberry.field(description="The worst of all checks.")
    checks: list[HealthCheck] = strawberry.field(description="Every check, always all five.")
    changed: list[CheckType] = strawberry.field(
        description="Checks whose status differs from the previous snapshot."
    )

    @classmethod
    def of(cls, snapshot: domain.HealthSnapshot) -> "HealthSnapshot":
        """Build the object from a snapshot."""
        return cls(
            cursor=snapshot.cursor,
            at=snapshot.at,
            overall=snapshot.overall,
            checks=[HealthCheck.of(state) for state in snapshot.checks],
            changed=list(snapshot.changed),
        )

    @strawberry.field(
        description="The age of its newest reading when it is sent. More than the interval of the "
        "checks means that checks have stopped; null if there was never a reading."
    )
    def age_seconds(self, info: Info) -> float | None:
        """Compute the age with the clock of this server: clocks of browsers differ."""
        read = [check.checked_at for check in self.checks if check.checked_at is not None]
        return max(0.0, (info.context.now - max(read)).total_seconds()) if read else None

    @strawberry.field(
        description="Heartbeats of the worker, the mail queue and external jobs; null if neither "
        "store knows."
    )
    async def heartbeats(self, info: Info) -> list[Heartbeat] | None:
        """Read it only if it is selected."""
        heartbeats = await info.context.runtime.heartbeats.all()
        return (
            None
            if heartbeats is None
            else [Heartbeat.of(item, info.context.now) for item in heartbeats]
        )

    @strawberry.field(
        description="The longest time without a sample of a check, up to now; null without samples."
        " The target is 33 s. Covers at most two days."
    )
    async def max_gap_seconds(
        self,
        info: Info,
        window: Annotated[
            TimeRange, strawberry.argument(description="The time range.")
        ] = TimeRange.LAST_1H,
    ) -> float | None:
        """Compute it with one statement, only if it is selected."""
        async with info.context.db.read() as session:
            return await longest_gap(session, window, info.context.now)


@strawberry.type(description="The public status of the system.")
class SystemStatus:
    """The status for customers, without names of parts or errors."""

    at: datetime = strawberry.field(description="The time of the last check.")
    status: ServiceStatus = strawberry.field(description="The current status.")
    effects: list[str] = strawberry.field(description="The effects on users, one sentence each.")

    @classmethod
    def of(cls, snapshot: domain.HealthSnapshot, incidents: Collection[Severity]) -> "SystemStatus":
        """Build the status from a snapshot and the open incidents that customers notice."""
        checks = ((state.check, state.status) for state in snapshot.checks)
        summary = summarize(checks, incidents)
        return cls(at=snapshot.at, status=summary.status, effects=list(summary.effects))


async def load_health_check(info: Info, key: UUID) -> HealthCheck | None:
    """Load the check with this row id, or None. Ids are fixed, so that no row is read."""
    check = domain.CHECKS_BY_ID.get(key)
    if check is None:
        return None
    return HealthCheck.of((await info.context.runtime.health.latest()).state(check))
