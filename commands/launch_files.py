"""A launch as a file: what one may hold, and how it differs from what the app has (SPEC A52)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from commands.problems import Problem

Fields = dict[str, Any]  # JSON
Things = dict[str, Fields]  # by key

FLAG_FIELDS = (
    *("name", "description", "enabled", "rolloutPercentage", "targetGroups"),
    *("bucketBy", "clientVisible"),
)
PHASE_FIELDS = (
    *("name", "description", "position", "platforms", "plannedStartAt", "plannedEndAt"),
    *("cohort", "steps", "successCriteria", "rollbackPlan", "flags"),
)
# What the graph fills in where it is left out: a file need not say it.
_DEFAULTS: Mapping[str, Fields] = {
    "steps": {"holdSeconds": None, "requiresApproval": False},
    "successCriteria": {
        "minSamples": 20,
        "initialDelaySeconds": 0,
        "failureLimit": 2,
        "action": "HOLD",
        "dryRun": False,
        "dependsOn": None,
    },
    "rollbackPlan": {"mode": "DISABLE_ALL", "drainSeconds": 0, "notify": [], "manualSteps": []},
    "flags": {"position": 0},
}
_MOMENTS = ("plannedStartAt", "plannedEndAt")


@dataclass(frozen=True, slots=True)
class Launch:
    """Flags and phases by their keys."""

    flags: Things
    phases: Things


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to make or to change; `fields` has each value before and after."""

    kind: str
    key: str
    create: bool
    fields: Mapping[str, tuple[object, object]]

    @property
    def wanted(self) -> Fields:
        """The values to send."""
        return {name: after for name, (_, after) in self.fields.items()}


def read(document: object) -> Launch:
    """The launch of a file; raises Problem naming what does not belong there."""
    if not isinstance(document, dict):
        raise Problem("The file must hold `flags`, `phases` or both.")
    unknown = set(document) - {"flags", "phases"}
    if unknown:
        raise Problem(f"The file holds {_listed(unknown)}; it may hold flags and phases.")
    return Launch(
        _things("flags", document.get("flags"), FLAG_FIELDS),
        _things("phases", document.get("phases"), PHASE_FIELDS),
    )


def plan(now: Launch, wanted: Launch) -> list[Step]:
    """What applying would do, flags first: phases refer to them. Nothing is ever removed."""
    return [
        *_steps("flag", now.flags, wanted.flags),
        *_steps("phase", now.phases, wanted.phases),
    ]


def document(launch: Launch) -> Fields:
    """A launch as a file holds it."""
    return {
        "flags": [{"key": key, **fields} for key, fields in launch.flags.items()],
        "phases": [{"key": key, **fields} for key, fields in launch.phases.items()],
    }


def _things(kind: str, found: object, fields: Sequence[str]) -> Things:
    if found is None:
        return {}
    if not isinstance(found, list):
        raise Problem(f"{kind} must be a list.")
    things: Things = {}
    for place, item in enumerate(found, 1):
        if not isinstance(item, dict) or not isinstance(item.get("key"), str):
            raise Problem(f"{kind}: entry {place} has no key.")
        key = item["key"]
        unknown = set(item) - {"key", *fields}
        if unknown:
            raise Problem(f"{kind}: {key} has {_listed(unknown)}; known are {_listed(fields)}.")
        if key in things:
            raise Problem(f"{kind}: {key} is there twice.")
        things[key] = {name: _value(name, item[name]) for name in fields if name in item}
    return things


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """As the graph gives it back."""
    if name in _MOMENTS:
        return _moment(name, value)
    defaults = _DEFAULTS.get(name)
    if defaults is None or value is None:
        return value
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return [{**defaults, **item} for item in value]
    if isinstance(value, dict):
        return {**defaults, **value}
    raise Problem(f"{name} has another form: see what `launch export` prints.")


def _moment(name: str, value: object) -> str | None:
    if value is None:
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise Problem(f"{name} is no moment such as 2026-12-01T09:00:00Z: {value}") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _steps(kind: str, now: Things, wanted: Things) -> Iterator[Step]:
    for key, fields in wanted.items():
        have = now.get(key)
        changes = {
            name: (None if have is None else have.get(name), value)
            for name, value in fields.items()
            if have is None or not _same(have.get(name), value)
        }
        if changes or have is None:
            yield Step(kind, key, have is None, changes)


def _same(have: object, want: object) -> bool:
    """What a file does not say of the parts of a value is no difference."""
    if isinstance(have, dict) and isinstance(want, dict):
        return all(_same(have.get(name), value) for name, value in want.items())
    if isinstance(have, list) and isinstance(want, list):
        return len(have) == len(want) and all(map(_same, have, want))
    return have == want


def _listed(names: object) -> str:
    assert isinstance(names, set | tuple)
    return ", ".join(sorted(map(str, names)))
