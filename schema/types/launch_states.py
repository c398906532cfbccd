"""The state of a launch at a moment, typed and as JSON (X6)."""

from datetime import datetime

import strawberry

from domain.ids import global_id
from domain.overview import launch_states as domain
from schema.enums import CheckType, HealthStatus, IncidentStatus, PhaseStatus, Severity
from schema.pagination import encode_cursor
from schema.scalars import JSON
from schema.types.flag_diffs import FlagState


@strawberry.type(description="A phase at a moment.")
class PhaseThen:
    """A phase after its last event."""

    id: strawberry.ID = strawberry.field(description="The id of the LaunchPhase.")
    key: str = strawberry.field(description="The key of the phase.")
    name: str = strawberry.field(description="The name that it had.")
    status: PhaseStatus = strawberry.field(description="The status that it had.")
    version: int = strawberry.field(description="The version that it had.")
    step_index: int | None = strawberry.field(description="The step of its ramp, from 0.")
    since: datetime = strawberry.field(description="Its last change before that moment.")

    @classmethod
    def of(cls, item: domain.PhaseThen) -> "PhaseThen":
        """Build the object from a phase."""
        return cls(
            id=strawberry.ID(global_id("LaunchPhase", item.id)),
            key=item.key,
            name=item.name,
            status=item.status,
            version=item.version,
            step_index=item.step_index,
            since=item.since,
        )


@strawberry.type(description="A kill switch that was in force at a moment.")
class KillThen:
    """The kill with the highest number, unless it had been lifted."""

    key: str = strawberry.field(description="The flag's key; `*` is every flag.")
    since: datetime = strawberry.field(description="When it was killed.")
    reason: str = strawberry.field(description="The reason of its author.")

    @classmethod
    def of(cls, item: domain.KillThen) -> "KillThen":
        """Build the object from a kill."""
        return cls(key=item.key, since=item.since, reason=item.reason)


@strawberry.type(description="A flag at a moment.")
class FlagThen:
    """A flag after its last event."""

    key: str = strawberry.field(description="The key of the flag.")
    state: FlagState = strawberry.field(
        description="Its state, unless a kill switch forced it off."
    )
    since: datetime = strawberry.field(description="Its last change before that moment.")
    kill: KillThen | None = strawberry.field(
        description="The kill that forced it off for everybody, whatever its state; null: none."
    )

    @classmethod
    def of(cls, item: domain.FlagThen) -> "FlagThen":
        """Build the object from a flag."""
        return cls(
            key=item.key,
            state=FlagState.of(item.state),
            since=item.since,
            kill=KillThen.of(item.kill) if item.kill else None,
        )


@strawberry.type(description="A health check at a moment.")
class CheckThen:
    """A check after its last event."""

    type: CheckType = strawberry.field(description="The part that is checked.")
    status: HealthStatus = strawberry.field(description="The status that it had.")
    since: datetime = strawberry.field(
        description="When it got that status; an outage begins with its first bad sample."
    )

    @classmethod
    def of(cls, item: domain.CheckThen) -> "CheckThen":
        """Build the object from a check."""
        return cls(type=item.check, status=item.status, since=item.since)


@strawberry.type(description="An incident at a moment.")
class IncidentThen:
    """An incident after its last event."""

    id: strawberry.ID = strawberry.field(description="The id of the Incident.")
    number: int = strawberry.field(description="The number by which people refer to it.")
    title: str = strawberry.field(description="The title that it had.")
    severity: Severity = strawberry.field(description="The severity that it had.")
    status: IncidentStatus = strawberry.field(description="The status that it had.")
    since: datetime = strawberry.field(description="Its last change before that moment.")

    @classmethod
    def of(cls, item: domain.IncidentThen) -> "IncidentThen":
        """Build the object from an incident."""
        return cls(
            id=strawberry.ID(global_id("Incident", item.id)),
            number=item.number,
            title=item.title,
            severity=item.severity,
            status=item.status,
            since=item.since,
        )


@strawberry.type(description="The state of a launch at a moment, from the event log.")
class LaunchState:
    """The state after all events up to a moment."""

    at: datetime = strawberry.field(description="The moment.")
    cursor: str | None = strawberry.field(
        description="Pass it to `launchEvents(after:)` to continue; null before the first event. "
        "Events that were recorded late may repeat; none is missed."
    )
    phases: list[PhaseThen] = strawberry.field(description="The phases that existed, by key.")
    flags: list[FlagThen] = strawberry.field(description="The flags that existed, by key.")
    overall: HealthStatus = strawberry.field(description="The worst of the checks.")
    checks: list[CheckThen] = strawberry.field(description="The checks that had reported.")
    incidents: list[IncidentThen] = strawberry.field(description="All incidents, by number.")
    kills: list[KillThen] = strawberry.field(
        description="The kill switches that were in force, by key; those of the environment of a "
        "server are in no log."
    )

    @classmethod
    def of(cls, state: domain.LaunchState, at: datetime) -> "LaunchState":
        """Build the object from a state."""
        return cls(
            at=at,
            cursor=encode_cursor(state.position) if state.position else None,
            phases=[PhaseThen.of(item) for item in state.phases],
            flags=[FlagThen.of(item) for item in state.flags],
            overall=state.overall,
            checks=[CheckThen.of(item) for item in state.checks],
            incidents=[IncidentThen.of(item) for item in state.incidents],
            kills=[KillThen.of(item) for item in state.kills],
        )


def state_as_json(state: domain.LaunchState, at: datetime) -> JSON:
    """Return the state as JSON with the names of the schema; `cursor` is null before any event."""
    return JSON(
        {
            "at": at.isoformat(),
            "cursor": encode_cursor(state.position) if state.position else None,
            "phases": [_phase(item) for item in state.phases],
            "flags": [_flag(item) for item in state.flags],
            "health": {
                "overall": state.overall.name,
                "checks": [_check(item) for item in state.checks],
            },
            "incidents": [_incident(item) for item in state.incidents],
            "kills": [_kill(item) for item in state.kills],
        }
    )


def _phase(item: domain.PhaseThen) -> dict[str, object]:
    return {
        "id": global_id("LaunchPhase", item.id),
        "key": item.key,
        "name": item.name,
        "status": item.status.name,
        "version": item.version,
        "stepIndex": item.step_index,
        "since": item.since.isoformat(),
    }


def _flag(item: domain.FlagThen) -> dict[str, object]:
    return {
        "key": item.key,
        "enabled": item.state.enabled,
        "rolloutPercentage": item.state.rollout_percentage,
        "targetGroups": list(item.state.target_groups),
        "version": item.state.version,
        "since": item.since.isoformat(),
        "kill": _kill(item.kill) if item.kill else None,
    }


def _kill(item: domain.KillThen) -> dict[str, object]:
    return {"key": item.key, "since": item.since.isoformat(), "reason": item.reason}


def _check(item: domain.CheckThen) -> dict[str, object]:
    return {
        "type": item.check.name,
        "status": item.status.name,
        "since": item.since.isoformat(),
    }


def _incident(item: domain.IncidentThen) -> dict[str, object]:
    return {
        "id": global_id("Incident", item.id),
        "number": item.number,
        "title": item.title,
        "severity": item.severity.name,
        "status": item.status.name,
        "since": item.since.isoformat(),
    }
