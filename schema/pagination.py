"""Relay pagination: opaque cursors, 50 items by default, 100 at most (A43)."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from json.encoder import encode_basestring_ascii
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

import strawberry

from domain.errors import Invalid
from domain.platform.keyset import Keyset

DEFAULT_FIRST = 50
MAX_FIRST = 100
MAX_INTEGER = 2**31 - 1
MAX_BIGINT = 2**63 - 1
_DIGITS = re.compile("[0-9]{1,19}")  # `isdecimal` takes those of all scripts

First = Annotated[
    int | None,
    strawberry.argument(
        description="How many to return from the beginning: 0 to 100, 50 by default."
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Return what comes after this cursor of an earlier page."),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="How many to return from the end, in the same order: 0 to 100. Without `first`."
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Return what comes before this cursor of an earlier page."),
]

T = TypeVar("T")
P = TypeVar("P")


class _TimestampedRow(Protocol):
    """A row with its creation time."""

    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


def check_first(first: int) -> None:
    """Check `first` of a list without cursors. Raises Invalid if it is out of range."""
    if not 0 <= first <= MAX_FIRST:
        raise Invalid(f"first is 0 to {MAX_FIRST}.", path=("first",))


@dataclass(frozen=True, slots=True)
class Page:
    """A validated request for a page; `after` and `before` are decoded cursors."""

    size: int
    after: tuple[str, ...] | None = None
    before: tuple[str, ...] | None = None
    from_end: bool = False

    @classmethod
    def of(
        cls,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> "Page":
        """Validate the arguments. Raises Invalid for a size out of range or a foreign cursor."""
        if first is not None and last is not None:
            raise Invalid("Ask for first or for last, not for both.", path=("last",))
        name, count = ("first", first) if last is None else ("last", last)
        size = DEFAULT_FIRST if count is None else count
        if not 0 <= size <= MAX_FIRST:
            raise Invalid(f"{name} must lie between 0 and {MAX_FIRST}.", path=(name,))
        return cls(
            size,
            None if after is None else decode_cursor(after),
            None if before is None else decode_cursor(before, "before"),
            last is not None,
        )

    def moments(self) -> Keyset[tuple[datetime, UUID]]:
        """Return the keyset of a list ordered by (created_at, id). Raises Invalid."""
        return self._keyset(_decode_moment)

    def numbers(self, *, at_most: int = MAX_INTEGER) -> Keyset[int]:
        """Return the keyset of a list ordered by a number. Raises Invalid for a foreign cursor.

        `at_most` is the largest value of the column.
        """
        return self._keyset(partial(_decode_number, at_most=at_most))

    def _keyset(self, decode: Callable[[tuple[str, ...], str], P]) -> Keyset[P]:
        # One row more than requested shows whether there are more.
        return Keyset(
            self.size + 1,
            None if self.after is None else decode(self.after, "after"),
            None if self.before is None else decode(self.before, "before"),
            self.from_end,
        )


def _decode_moment(place: tuple[str, ...], argument: str) -> tuple[datetime, UUID]:
    try:
        moment, key = place
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None:
            raise ValueError("naive")
        return parsed.astimezone(UTC), UUID(key)
    except (ValueError, OverflowError):
        raise _foreign_cursor_error(argument) from None


def _decode_number(place: tuple[str, ...], argument: str, *, at_most: int) -> int:
    if len(place) != 1 or not _DIGITS.fullmatch(place[0]):
        raise _foreign_cursor_error(argument)
    number = int(place[0])
    if number > at_most:
        raise _foreign_cursor_error(argument)
    return number


def decode_number_cursor(cursor: str | None, *, at_most: int = MAX_BIGINT) -> int | None:
    """Decode a cursor of a list ordered by a number. Raises Invalid if it is foreign."""
    return (
        None if cursor is None else _decode_number(decode_cursor(cursor), "after", at_most=at_most)
    )


def encode_cursor(*parts: object) -> str:
    """Encode a position as an opaque cursor."""
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    # The same JSON as `json.dumps`, which would create an encoder for each row of a page.
    raw = f"[{','.join(map(encode_basestring_ascii, texts))}]".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def moment_cursor(row: _TimestampedRow) -> str:
    """Encode the cursor of a row in a list ordered by (created_at, id); see `Page.moments`."""
    return encode_cursor(row.created_at, row.id)


def decode_cursor(cursor: str, argument: str = "after") -> tuple[str, ...]:
    """Decode the position of a cursor. Raises Invalid if it is foreign."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        raise _foreign_cursor_error(argument) from None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise _foreign_cursor_error(argument)
    return tuple(parts)


def _foreign_cursor_error(argument: str) -> Invalid:
    return Invalid("This cursor does not belong to this list.", path=(argument,))


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="There is more after this page.")
    has_previous_page: bool = strawberry.field(description="There is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first node.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last node.")


@strawberry.type(description="One node of a page, with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(
        description="Pass it as `after` or `before` to continue from here."
    )
    node: T = strawberry.field(description="The node itself.")


class _LazyEdge(Edge[Any]):
    """An edge that encodes its cursor only if it is selected, which is rare."""

    def __init__(self, cursor: Callable[[Any], str], row: object, node: object) -> None:
        self._make, self._row, self.node = cursor, row, node

    @property
    def cursor(self) -> str:  # type: ignore[override]  # read only
        return self._make(self._row)


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection, with `nodes` in addition to `edges`."""

    edges: list[Edge[T]] = strawberry.field(description="The nodes with their cursors.")
    nodes: list[T] = strawberry.field(description="The nodes alone.")
    page_info: PageInfo = strawberry.field(description="The position of this page.")


R = TypeVar("R")
C = TypeVar("C", bound=Connection[Any])  # not covariant: Connection[T] is no Connection[object]


def connection(
    kind: Callable[..., C],
    rows: Sequence[R],
    page: Page,
    *,
    cursor: Callable[[R], str],
    wrap: Callable[[R], object],
) -> C:
    """Build a connection from rows that were read with the keyset of `page`.

    `kind` is a class of connections, or a `partial` of one that has fields of its own.
    """
    has_more = len(rows) > page.size
    selected = list(rows[: page.size])
    if page.from_end:
        selected.reverse()
    nodes = [wrap(row) for row in selected]
    return kind(
        edges=[_LazyEdge(cursor, row, node) for row, node in zip(selected, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=page.before is not None if page.from_end else has_more,
            has_previous_page=has_more if page.from_end else page.after is not None,
            start_cursor=cursor(selected[0]) if selected else None,
            end_cursor=cursor(selected[-1]) if selected else None,
        ),
    )
