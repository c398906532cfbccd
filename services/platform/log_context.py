"""What each line of a log says about where it comes from: the request, the operation, the job."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex

REQUEST_ID = "request_id"

_NONE: Mapping[str, object] = {}
_fields: ContextVar[Mapping[str, object]] = ContextVar("log_fields", default=_NONE)
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def fields() -> Mapping[str, object]:
    """What holds for this task."""
    return _fields.get()


def bind(**more: object) -> Mapping[str, object]:
    """Add fields for the rest of this task, and of all tasks that it starts; returns those before.

    None takes a field away.
    """
    before = _fields.get()
    merged = {**before, **more}
    _fields.set({name: value for name, value in merged.items() if value is not None})
    return before


def restore(before: Mapping[str, object]) -> None:
    """Go back to what `bind` returned. Unlike a token it may be used in another task."""
    _fields.set(before)


@contextmanager
def bound(**more: object) -> Iterator[None]:
    """Fields for as long as the block lasts."""
    before = bind(**more)
    try:
        yield
    finally:
        restore(before)


def request_id() -> str:
    """The id of the request under way; a new one where there is none."""
    return str(_fields.get().get(REQUEST_ID) or new_id())


def new_id() -> str:
    """An id that nobody else has."""
    return token_hex(16)


def accepted_id(given: str | None) -> str:
    """The caller's own id where it is one that may stand in a log and in a header."""
    return given if given and _WELL_FORMED.fullmatch(given) else new_id()
