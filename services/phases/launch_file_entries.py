"""What the entries of a launch file are, and how a plan describes their changes (A52; L27)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from domain.errors import Invalid, LaunchError, parts_of
from services.flags.flags import FlagPatch
from services.phases.phases import PhasePatch


class FileKind(StrEnum):
    """The kind of an entry in a file."""

    FLAG = "flag"
    PHASE = "phase"


@dataclass(frozen=True, slots=True)
class FlagEntry:
    """A flag in a file; fields that it does not name stay as they are."""

    key: str
    patch: FlagPatch


@dataclass(frozen=True, slots=True)
class PhaseEntry:
    """A phase in a file; fields that it does not name stay as they are."""

    key: str
    patch: PhasePatch


Entry = TypeVar("Entry", FlagEntry, PhaseEntry)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A flag or phase to create or change. `fields` has each value before and after, as JSON."""

    kind: FileKind
    key: str
    is_new: bool
    version: int
    fields: Mapping[str, tuple[object, object]]


def readable(entry: Entry | LaunchError, keys: set[str]) -> Entry:
    """Return an entry and note its key; raises what is wrong with the entry itself."""
    if isinstance(entry, LaunchError):
        raise entry
    if entry.key in keys:
        raise Invalid(f"{entry.key[:100]} is listed twice.", path=("input", "key"))
    keys.add(entry.key)
    return entry


class EntryPath:
    """Prefixes the path of an error with its place in the file."""

    def __init__(self, name: str, index: int) -> None:
        self._path = ("file", name, str(index))

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, LaunchError):
            for part in parts_of(error):
                part.path = (*self._path, *part.path[1:])


def is_same(current: object, desired: object) -> bool:
    """Whether two values of a field are equal; a list equals a tuple."""
    if isinstance(current, list | tuple) and isinstance(desired, list | tuple):
        return list(current) == list(desired)
    return current == desired


def change_of(
    kind: FileKind,
    key: str,
    version: int,
    now: Mapping[str, Any] | None,
    changed: Mapping[str, Any],
) -> FileChange:
    """Describe a change; `now` None: the entry is new."""
    fields = {
        _NAMES.get(name, _camel_case(name)): (
            None if now is None else _json(now[name]),
            _json(value),
        )
        for name, value in changed.items()
    }
    return FileChange(kind, key, now is None, version, fields)


_NAMES = {"criteria": "successCriteria"}


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _json(value: object) -> object:
    """Convert a value to JSON with the names of the GraphQL schema."""
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel_case(name): _json(part) for name, part in asdict(value).items()}
    if isinstance(value, list | tuple):
        return [_json(part) for part in value]
    if isinstance(value, StrEnum):
        return value.name
    return value.isoformat() if isinstance(value, datetime) else value
