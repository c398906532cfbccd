"""The declaration of a read: rows of a table, their conditions and their order.

Conditions and order come from `db.queries`, called with statement parameters in place of values, so
that a plan shows exactly the rows that a resolver shows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from db.base import Base

Expression: TypeAlias = InstrumentedAttribute[Any] | ColumnElement[Any]
Arguments: TypeAlias = Mapping[str, ColumnElement[Any]]  # argument name -> statement parameter


class NoPlan(Exception):
    """Raised for an operation that query plans cannot express; the executor then runs it.

    The message says why.
    """


class CursorKey(Enum):
    """The key that a page cursor holds."""

    TIME_AND_ID = auto()  # a timestamp and an id
    INT32 = auto()
    INT64 = auto()  # 64 bits


@dataclass(frozen=True, slots=True)
class Plain:
    """An argument compared as it is; an enum argument by its value."""


@dataclass(frozen=True, slots=True)
class GlobalId:
    """An argument that is the global id of a row of the given type."""

    type_name: str


@dataclass(frozen=True, slots=True)
class ReversedOrder:
    """A boolean argument that reverses the order; only if it is a literal in the document."""


Argument: TypeAlias = Plain | GlobalId | ReversedOrder
PLAIN, REVERSED_ORDER = Plain(), ReversedOrder()


def no_conditions(_arguments: Arguments) -> Sequence[ColumnElement[bool]]:
    """The condition of a read without restrictions."""
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Rows of `model`, each at most once.

    `where` receives the arguments that are not null; an argument missing from `arguments` has no
    plan. A nested read finds its rows by naming columns of the rows above. `order` of a nested read
    with one result selects the first row. `needs_everything`: only for callers who may read the
    rows of all users. `edge`: cursors before it raise, because rows after them were archived.
    """

    model: type[Base]
    where: Callable[[Arguments], Sequence[ColumnElement[bool]]] = no_conditions
    order: tuple[Expression, ...] = ()
    descending: bool = False
    cursor_key: CursorKey = CursorKey.TIME_AND_ID
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    joined: tuple[tuple[type[Base], ColumnElement[bool]], ...] = ()
    needs_everything: bool = False
    edge: ColumnElement[int] | None = None

    @property
    def key(self) -> Expression:
        """Return the primary key column."""
        column: Expression = next(iter(self.model.__table__.primary_key))
        return column

    @property
    def tables(self) -> frozenset[str]:
        """Return the names of the tables that it reads."""
        return frozenset(
            str(model.__tablename__) for model in (self.model, *(item for item, _ in self.joined))
        )
