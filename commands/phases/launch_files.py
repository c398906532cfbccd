"""Parses a launch file, and rejects YAML features that it may not use (A52; L27)."""

from collections.abc import Hashable
from datetime import UTC, date, datetime, time
from typing import Any

import yaml  # type: ignore[import-untyped]  # no stubs

from commands.shared.errors import CommandError

FLAG_FIELDS = (
    *("name", "description", "enabled", "rolloutPercentage", "targetGroups"),
    *("bucketBy", "clientVisible"),
)
PHASE_FIELDS = (
    *("name", "description", "position", "platforms", "plannedStartAt", "plannedEndAt"),
    *("cohort", "steps", "successCriteria", "rollbackPlan", "flags"),
)
_MOMENTS = frozenset({"plannedStartAt", "plannedEndAt"})


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # no stubs
    """A SafeLoader that rejects duplicate keys, of which YAML keeps the last silently."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ANN401 - no stubs
        """Check the keys, then construct the mapping."""
        seen: set[Hashable] = set()
        for name, _ in node.value:
            key = self.construct_object(name, deep=True)
            if key in seen:
                mark = name.start_mark
                raise yaml.MarkedYAMLError(None, None, f"{key!r} is there twice", mark)
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def load(text: str, name: str) -> dict[str, Any]:
    """Parse a file as GraphQL input, which the API checks; raises CommandError."""
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
        if isinstance(content, dict):
            return {str(key): _plain(value, (str(key),)) for key, value in content.items()}
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error
    raise CommandError(f"{name} must hold `flags`, `phases` or both.")


def _plain(value: object, place: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    """Convert to JSON; dates are allowed only where the input takes a moment."""
    if isinstance(value, dict):
        return {str(key): _plain(part, (*place, str(key))) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, (*place, str(index))) for index, part in enumerate(value)]
    if not isinstance(value, date):
        return value
    if place[-1] not in _MOMENTS:
        where = ".".join(place)
        raise CommandError(
            f"{where}: {value} is a date for YAML; put it in quotes to make it a text."
        )
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
