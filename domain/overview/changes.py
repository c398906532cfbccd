"""The kinds of changes in the audit, and their differences field by field (A4, L24)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from domain.events import Subject
from domain.platform.change_actions import ChangeAction


class ChangeSubject(StrEnum):
    """The objects whose changes the launch team sees; customers' own are not among them."""

    PHASE = "phase"
    FLAG = "flag"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


SUBJECTS = {item: Subject(item.value) for item in ChangeSubject}


class ChangeKind(StrEnum):
    """The kind of a change; `action` has its exact name."""

    CREATED = "created"
    UPDATED = "updated"
    SWITCHED_ON = "switched_on"
    SWITCHED_OFF = "switched_off"
    ACTIVATED = "activated"
    ADVANCED = "advanced"
    PAUSED = "paused"
    RESUMED = "resumed"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    REVERTED = "reverted"
    REVOKED = "revoked"
    LIMIT_LIFTED = "limit_lifted"
    KILLED = "killed"
    KILL_LIFTED = "kill_lifted"
    OTHER = "other"


# Actions by kind; all others are OTHER.
ACTIONS: Mapping[ChangeKind, frozenset[str]] = {
    ChangeKind.CREATED: frozenset({ChangeAction.CREATED, "token.created"}),
    ChangeKind.UPDATED: frozenset({ChangeAction.UPDATED, ChangeAction.INTRODUCED}),
    ChangeKind.SWITCHED_ON: frozenset({ChangeAction.SWITCHED_ON}),
    ChangeKind.SWITCHED_OFF: frozenset({ChangeAction.SWITCHED_OFF}),
    ChangeKind.ACTIVATED: frozenset({ChangeAction.ACTIVATED}),
    ChangeKind.ADVANCED: frozenset({ChangeAction.ADVANCED}),
    ChangeKind.PAUSED: frozenset({ChangeAction.PAUSED}),
    ChangeKind.RESUMED: frozenset({ChangeAction.RESUMED}),
    ChangeKind.COMPLETED: frozenset({ChangeAction.COMPLETED}),
    ChangeKind.ROLLED_BACK: frozenset({ChangeAction.ROLLED_BACK}),
    ChangeKind.REVERTED: frozenset({ChangeAction.REVERTED}),
    ChangeKind.REVOKED: frozenset({"access.revoked"}),
    ChangeKind.LIMIT_LIFTED: frozenset({ChangeAction.LIMIT_LIFTED}),
    ChangeKind.KILLED: frozenset({ChangeAction.KILLED}),
    ChangeKind.KILL_LIFTED: frozenset({ChangeAction.KILL_LIFTED}),
}
KNOWN_ACTIONS = frozenset(chain.from_iterable(ACTIONS.values()))
_KINDS = {action: kind for kind, actions in ACTIONS.items() for action in actions}


def kind_of(action: str) -> ChangeKind:
    """The kind that a filter of the audit uses for an action; OTHER for unknown actions."""
    return _KINDS.get(action, ChangeKind.OTHER)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A changed field, such as `steps[0].holdSeconds` from 60 to 120; None: absent."""

    field: str
    before: str | None
    after: str | None


def field_changes(
    before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> list[FieldChange]:
    """The differences between both sides of a change, with the names of the graph."""
    old, new = dict(_leaves("", before or {})), dict(_leaves("", after or {}))
    names = dict.fromkeys([*old, *new])
    return [
        FieldChange(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    ]


def _leaves(path: str, value: object) -> Iterable[tuple[str, str]]:
    """Every value below a path. A list of plain values is one value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            field = _camel(str(name))
            yield from _leaves(f"{path}.{field}" if path else field, item)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(f"{path}[{index}]", item)
    elif value is not None:
        yield path, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)
