"""How a field tells query plans what it shows: a column, something made of columns, or a read.

A field that says nothing has no plan: an operation that asks for it is answered by the executor.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from db.base import Base
from db.reads.base import Expression, Read
from domain.actors import Scope

METADATA, BUILT = "plan", "built"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The value of a column, as the type of the field writes it."""

    expression: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """The global id of the row."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a function makes of values of the row; with `timed`, of this moment last."""

    make: Callable[..., object]
    of: tuple[Expression, ...]
    timed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An object of plain attributes that a function finds in the kills, by values of the row."""

    find: Callable[..., object]
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """An object whose columns stand in the same row."""

    model: type[Base]


@dataclass(frozen=True, slots=True, eq=False)
class Count:
    """How many rows the read of the page finds."""


@dataclass(frozen=True, slots=True, eq=False)
class Scoped:
    """The value of a column that only callers with a scope see, of rows that are not their own."""

    expression: Expression
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A list of objects of plain attributes that a function makes of values of the row."""

    make: Callable[..., object]
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """An object of the type whose read finds a row, the first of them.

    Without any an object of the type `otherwise` with these columns, or null. Null too where the
    column `when` is.
    """

    options: tuple[tuple[str, Read], ...]
    otherwise: tuple[str, Mapping[str, Expression]] | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The flags of the caller, as the process has them in memory."""


Planned = Column | Key | Made | Known | Beside | Count | Scoped | Parts | Choice | View | Read


def column(expression: Expression) -> Mapping[str, Any]:
    """The field shows this column."""
    return {METADATA: Column(expression)}


def made(make: Callable[..., object], *of: Expression, timed: bool = False) -> Mapping[str, Any]:
    """The field shows what its resolver makes of these columns."""
    return {METADATA: Made(make, of, timed)}


def known(find: Callable[..., object], *of: Expression) -> Mapping[str, Any]:
    """The field shows an object of the kills, which the process has in memory."""
    return {METADATA: Known(find, of)}


def beside(model: type[Base]) -> Mapping[str, Any]:
    """The field is an object whose columns stand in the same row."""
    return {METADATA: Beside(model)}


def reading(read: Read) -> Mapping[str, Any]:
    """The field shows the rows of a read."""
    return {METADATA: read}


def scoped(expression: Expression, scope: Scope) -> Mapping[str, Any]:
    """The field shows this column to callers with the scope."""
    return {METADATA: Scoped(expression, scope)}


def parts(make: Callable[..., object], *of: Expression) -> Mapping[str, Any]:
    """The field is a list of what a function makes of these columns."""
    return {METADATA: Parts(make, of)}


def choice(
    *options: tuple[str, Read],
    otherwise: tuple[str, Mapping[str, Expression]] | None = None,
    when: Expression | None = None,
) -> Mapping[str, Any]:
    """The field is an object of one of these types."""
    return {METADATA: Choice(options, otherwise, when)}


KEY: Mapping[str, Any] = {METADATA: Key()}
COUNT: Mapping[str, Any] = {METADATA: Count()}
VIEW: Mapping[str, Any] = {METADATA: View()}
