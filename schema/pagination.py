"""Relay pages: 50 where nothing is said, 100 at most, opaque cursors (A43)."""

import base64
import binascii
import json
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


class _Made(Protocol):
    """A row that says when it was made."""

    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


def check_first(first: int) -> None:
    """For lists that go on after a number, without cursors; raises Invalid for too many."""
    if not 0 <= first <= MAX_FIRST:
        raise Invalid(f"first is 0 to {MAX_FIRST}.", path=("first",))


@dataclass(frozen=True, slots=True)
class Page:
    """A validated request for a page; `after` and `before` are places of rows seen."""

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
        """Raises Invalid where a size is out of range or a cursor is not one of ours."""
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
        """Of a list ordered by (created_at, id); raises Invalid for a foreign cursor."""
        return self._keyset(_moment)

    def numbers(self, *, at_most: int = MAX_INTEGER) -> Keyset[int]:
        """Of a list ordered by a number; raises Invalid for a foreign cursor.

        `at_most`: what the column can hold.
        """
        return self._keyset(partial(_number, at_most=at_most))

    def _keyset(self, read: Callable[[tuple[str, ...], str], P]) -> Keyset[P]:
        # One more than asked for says whether there are more.
        return Keyset(
            self.size + 1,
            None if self.after is None else read(self.after, "after"),
            None if self.before is None else read(self.before, "before"),
            self.from_end,
        )


def _moment(place: tuple[str, ...], argument: str) -> tuple[datetime, UUID]:
    try:
        moment, key = place
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None:
            raise ValueError("naive")
        return parsed.astimezone(UTC), UUID(key)
    except (ValueError, OverflowError):
        raise _foreign(argument) from None


def _number(place: tuple[str, ...], argument: str, *, at_most: int) -> int:
    if len(place) != 1 or not place[0].isdecimal() or len(place[0]) > 19:
        raise _foreign(argument)
    number = int(place[0])
    if number > at_most:
        raise _foreign(argument)
    return number


def number_after(cursor: str | None, *, at_most: int = MAX_BIGINT) -> int | None:
    """The place of a cursor in a list ordered by a number; raises Invalid if it is foreign."""
    return None if cursor is None else _number(decode_cursor(cursor), "after", at_most=at_most)


def encode_cursor(*parts: object) -> str:
    """An opaque cursor for a position."""
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    # As `json.dumps` writes a list of texts, without an encoder made for each row of a page.
    raw = f"[{','.join(map(encode_basestring_ascii, texts))}]".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def moment_cursor(row: _Made) -> str:
    """The cursor of a row in a list ordered by (created_at, id): `Page.moments` reads it."""
    return encode_cursor(row.created_at, row.id)


def decode_cursor(cursor: str, argument: str = "after") -> tuple[str, ...]:
    """The position of a cursor; raises Invalid where it is not one of ours."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        raise _foreign(argument) from None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise _foreign(argument)
    return tuple(parts)


def _foreign(argument: str) -> Invalid:
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


class _Place(Edge[Any]):
    """An edge whose cursor is made when somebody asks for it, which few do."""

    def __init__(self, cursor: Callable[[Any], str], row: object, node: object) -> None:
        self._make, self._row, self.node = cursor, row, node

    @property
    def cursor(self) -> str:  # type: ignore[override]  # read only, as all of it
        return self._make(self._row)


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection, with the nodes beside the edges."""

    edges: list[Edge[T]] = strawberry.field(description="The nodes with their cursors.")
    nodes: list[T] = strawberry.field(description="The nodes alone.")
    page_info: PageInfo = strawberry.field(description="The position of this page.")


R = TypeVar("R")
C = TypeVar("C", bound=Connection[Any])  # a page of a type is no page of `object`


def connection(
    kind: type[C],
    rows: Sequence[R],
    page: Page,
    *,
    cursor: Callable[[R], str],
    wrap: Callable[[R], object],
    **more: object,
) -> C:
    """A connection from rows that were read with one more than asked for, as `Page` says."""
    more_there = len(rows) > page.size
    shown = list(rows[: page.size])
    if page.from_end:
        shown.reverse()
    nodes = [wrap(row) for row in shown]
    return kind(
        edges=[_Place(cursor, row, node) for row, node in zip(shown, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=page.before is not None if page.from_end else more_there,
            has_previous_page=more_there if page.from_end else page.after is not None,
            start_cursor=cursor(shown[0]) if shown else None,
            end_cursor=cursor(shown[-1]) if shown else None,
        ),
        **more,
    )
