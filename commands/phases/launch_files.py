"""Parses a launch file, and rejects YAML features that it may not use (A52; L27)."""

from collections.abc import Hashable
from datetime import UTC, date, datetime, time
from typing import Any

import yaml  # type: ignore[import-untyped]  # no stubs

from commands.shared.errors import CommandError
from domain.platform.redaction import hidden_texts

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
    """A SafeLoader that notes duplicate keys, of which YAML keeps the last silently."""

    def __init__(self, text: str) -> None:
        """`text` is the content of the file."""
        super().__init__(text)
        self.problems: list[str] = []

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ANN401 - no stubs
        """Check the keys, then construct the mapping."""
        seen: set[Hashable] = set()
        for name, _ in node.value:
            key = self.construct_object(name, deep=True)
            if key in seen:
                place = f"line {name.start_mark.line + 1}"
                self.problems.append(f"{place}: {key!r} is there twice")
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def load(text: str, name: str) -> dict[str, Any]:
    """Parse a file as GraphQL input, which the API checks.

    Raises CommandError with all that YAML reads differently from what is meant.
    """
    loader = _Loader(text)
    try:
        content = loader.get_single_data()
        plain = _plain(content, (), loader.problems)
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error
    finally:
        loader.dispose()
    if loader.problems:
        lines = "\n".join(loader.problems)
        raise CommandError(f"{name} cannot be read:\n{lines}")
    if not isinstance(plain, dict):
        raise CommandError(f"{name} must hold `flags`, `phases` or both.")
    return plain


def omit_hidden(content: dict[str, Any]) -> list[str]:
    """Remove the fields that hold a hidden address; return their places, such as `flags.key.name`.

    The API hides addresses in texts from callers without `people:read`. A file keeps what it leaves
    out; with the text of the mask it would overwrite the address.
    """
    omitted = []
    for kind, items in content.items():
        for item in items:
            for name in dict.fromkeys(name for name, *_ in hidden_texts(item)):
                del item[name]
                omitted.append(f"{kind}.{item['key']}.{name}")
    return omitted


def _plain(value: object, place: tuple[str, ...], problems: list[str]) -> Any:  # noqa: ANN401 - JSON
    """Convert to JSON; dates are a problem except where the input takes a moment."""
    if isinstance(value, dict):
        return {str(key): _plain(part, (*place, str(key)), problems) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, (*place, str(index)), problems) for index, part in enumerate(value)]
    if not isinstance(value, date):
        return value
    if not place or place[-1] not in _MOMENTS:
        where = ".".join(place)
        problems.append(f"{where}: {value} is a date for YAML; put it in quotes to make it a text.")
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
