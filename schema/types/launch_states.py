"""A launch as it was at a moment, as plain JSON (SPEC X6)."""

from datetime import datetime

from domain.ids import global_id
from domain.launch_states import CheckThen, FlagThen, IncidentThen, LaunchState, PhaseThen
from schema.pagination import encode_cursor
from schema.scalars import JSON


def state_as_json(state: LaunchState, at: datetime) -> JSON:
    """With the names and enum values of the graph; `cursor` null: before the first event."""
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
        }
    )


def _phase(item: PhaseThen) -> dict[str, object]:
    return {
        "id": global_id("LaunchPhase", item.id),
        "key": item.key,
        "name": item.name,
        "status": item.status.name,
        "version": item.version,
        "stepIndex": item.step_index,
        "since": item.since.isoformat(),
    }


def _flag(item: FlagThen) -> dict[str, object]:
    return {
        "key": item.key,
        "enabled": item.state.enabled,
        "rolloutPercentage": item.state.rollout_percentage,
        "targetGroups": list(item.state.target_groups),
        "version": item.state.version,
        "since": item.since.isoformat(),
    }


def _check(item: CheckThen) -> dict[str, object]:
    return {
        "type": item.check.name,
        "status": item.status.name,
        "since": item.since.isoformat(),
    }


def _incident(item: IncidentThen) -> dict[str, object]:
    return {
        "id": global_id("Incident", item.id),
        "number": item.number,
        "title": item.title,
        "severity": item.severity.name,
        "status": item.status.name,
        "since": item.since.isoformat(),
    }
