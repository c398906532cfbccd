"""Relay pages: 50 where nothing is said, 100 at most, opaque cursors (SPEC A43)."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

import strawberry

from domain.errors import Invalid

DEFAULT_FIRST = 50
MAX_FIRST = 100
MAX_INTEGER = 2**31 - 1
MAX_BIGINT = 2**63 - 1

First = Annotated[
    int | None,
    strawberry.argument(description="How many to return: 1 to 100, 50 where it is left out."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Return what comes after this cursor of an earlier page."),
]

T = TypeVar("T")


class _Made(Protocol):
    """A row that says when it was made."""

    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Page:
    """A validated request for a page; `after` is the position of the last row seen."""

    first: int
    after: tuple[str, ...] | None = None

    @classmethod
    def of(cls, first: int | None, after: str | None) -> "Page":
        """Raises Invalid where `first` is out of range or the cursor is not one of ours."""
        count = DEFAULT_FIRST if first is None else first
        if not 1 <= count <= MAX_FIRST:
            raise Invalid(f"first must lie between 1 and {MAX_FIRST}.", path=("first",))
        return cls(count, None if after is None else decode_cursor(after))

    def after_moment(self) -> tuple[datetime, UUID] | None:
        """The position in a list ordered by (created_at, id); raises Invalid if it is foreign."""
        if self.after is None:
            return None
        try:
            moment, key = self.after
            parsed = datetime.fromisoformat(moment)
            if parsed.tzinfo is None:
                raise ValueError("naive")
            return parsed.astimezone(UTC), UUID(key)
        except (ValueError, OverflowError):
            raise _foreign() from None

    def after_number(self, *, at_most: int = MAX_INTEGER) -> int | None:
        """The position in a list ordered by a number; raises Invalid if it is foreign.

        `at_most`: what the column can hold.
        """
        if self.after is None:
            return None
        if len(self.after) != 1 or not self.after[0].isdecimal() or len(self.after[0]) > 19:
            raise _foreign()
        number = int(self.after[0])
        if number > at_most:
            raise _foreign()
        return number


def encode_cursor(*parts: object) -> str:
    """An opaque cursor for a position."""
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    # As `json.dumps` writes a list of texts, without an encoder made for each row of a page.
    raw = f"[{','.join(map(encode_basestring_ascii, texts))}]".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def moment_cursor(row: _Made) -> str:
    """The cursor of a row in a list ordered by (created_at, id): `Page.after_moment` reads it."""
    return encode_cursor(row.created_at, row.id)


def decode_cursor(cursor: str) -> tuple[str, ...]:
    """The position of a cursor; raises Invalid where it is not one of ours."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        raise _foreign() from None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise _foreign()
    return tuple(parts)


def _foreign() -> Invalid:
    return Invalid("This cursor does not belong to this list.", path=("after",))


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="There is more after this page.")
    has_previous_page: bool = strawberry.field(description="There is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first node.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last node.")


@strawberry.type(description="One node of a page, with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="Pass as `after` to go on from here.")
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
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


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
    """A connection from rows that were read with one more than asked for."""
    shown = rows[: page.first]
    nodes = [wrap(row) for row in shown]
    return kind(
        edges=[_Place(cursor, row, node) for row, node in zip(shown, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=len(rows) > page.first,
            has_previous_page=page.after is not None,
            start_cursor=cursor(shown[0]) if shown else None,
            end_cursor=cursor(shown[-1]) if shown else None,
        ),
        **more,
    )
