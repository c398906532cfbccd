"""A read: rows of a table, which of them, and their order; what a field of the graph declares.

The conditions and the order are those of `db.queries`, called with parameters of a statement in the
place of values: what a resolver would not show, no plan shows either.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from db.base import Base

Expression: TypeAlias = InstrumentedAttribute[Any] | ColumnElement[Any]
Given: TypeAlias = Mapping[str, ColumnElement[Any]]  # parameters of the statement, by argument


class NoPlan(Exception):
    """A plan cannot express this: the executor answers. The text says what it is."""


class Places(Enum):
    """What a cursor of a page holds."""

    MOMENTS = auto()  # a moment and an id
    NUMBERS = auto()
    LONG_NUMBERS = auto()  # of 64 bits


@dataclass(frozen=True, slots=True)
class Plain:
    """An argument whose value is compared as it is; of an enum, its value."""


@dataclass(frozen=True, slots=True)
class GlobalId:
    """An argument that is the global id of a row of a type."""

    type_name: str


@dataclass(frozen=True, slots=True)
class Turns:
    """An argument that begins the order at its other end; only as it stands in the document."""


Argument: TypeAlias = Plain | GlobalId | Turns
PLAIN, TURNS = Plain(), Turns()


def everything(_given: Given) -> Sequence[ColumnElement[bool]]:
    """The condition of a read that shows all rows."""
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Rows of `model`, each at most once.

    `where` gets the arguments that are not null; one that is not among `arguments` has no plan.
    It names columns of the rows above, by which a nested read finds its own. `newest` is the order
    of a nested read of which one row counts. `needs_everything`: only for callers who may read the
    rows of everybody.
    """

    model: type[Base]
    where: Callable[[Given], Sequence[ColumnElement[bool]]] = everything
    order: tuple[Expression, ...] = ()
    descending: bool = False
    places: Places = Places.MOMENTS
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    joined: tuple[tuple[type[Base], ColumnElement[bool]], ...] = ()
    needs_everything: bool = False

    @property
    def key(self) -> Expression:
        """What every row has."""
        found: Expression = next(iter(self.model.__table__.primary_key))
        return found

    @property
    def tables(self) -> frozenset[str]:
        """The names of its tables."""
        return frozenset(
            str(model.__tablename__) for model in (self.model, *(item for item, _ in self.joined))
        )
