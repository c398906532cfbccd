"""Metadata of fields for query plans: what a field shows, as a column, a computation or a read.

A field without it has no plan: the executor answers operations that select it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from db.base import Base
from db.reads.base import Expression, Read
from domain.actors import Scope

PLAN_KEY, BUILDER_KEY = "plan", "builder"  # in the metadata of a strawberry field


@dataclass(frozen=True, slots=True, eq=False)
class ColumnField:
    """The value of a column, serialized by the type of the field."""

    expression: Expression


@dataclass(frozen=True, slots=True, eq=False)
class GlobalIdField:
    """The global id of the row."""


@dataclass(frozen=True, slots=True, eq=False)
class ComputedField:
    """The result of a pure function of columns; if `timed`, its last argument is the time."""

    compute: Callable[..., object]
    of: tuple[Expression, ...]
    timed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class KillField:
    """An object of plain attributes that a function of columns finds among the kills."""

    find: Callable[..., object]
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SameRowObject:
    """An object whose columns are part of the row: those of `model`."""

    model: type[Base]


@dataclass(frozen=True, slots=True, eq=False)
class TotalCountField:
    """The number of rows of all pages of the connection."""


@dataclass(frozen=True, slots=True, eq=False)
class ScopedColumn:
    """The value of a column of other people's rows, for callers with a scope."""

    expression: Expression
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class ComputedList:
    """A list of objects of plain attributes that a function of columns returns."""

    compute: Callable[..., object]
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OneOfField:
    """An object of the first type whose read finds a row.

    If none does, an object of the type `otherwise` with these columns, or null. The field is also
    null where the column `when` is.
    """

    options: tuple[tuple[str, Read], ...]
    otherwise: tuple[str, Mapping[str, Expression]] | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CallerFlags:
    """The flags of the caller, which each process has in memory."""


def column(expression: Expression) -> Mapping[str, Any]:
    """Declare that the field shows a column."""
    return {PLAN_KEY: ColumnField(expression)}


def computed(
    compute: Callable[..., object], *of: Expression, timed: bool = False
) -> Mapping[str, Any]:
    """Declare that the field shows the result of a function of columns, as its resolver does."""
    return {PLAN_KEY: ComputedField(compute, of, timed)}


def kill_lookup(find: Callable[..., object], *of: Expression) -> Mapping[str, Any]:
    """Declare that the field shows one of the kills, which each process has in memory."""
    return {PLAN_KEY: KillField(find, of)}


def same_row_object(model: type[Base]) -> Mapping[str, Any]:
    """Declare that the field is an object whose columns are part of the row."""
    return {PLAN_KEY: SameRowObject(model)}


def read_rows(read: Read) -> Mapping[str, Any]:
    """Declare that the field shows the rows of a read."""
    return {PLAN_KEY: read}


def scoped_column(expression: Expression, scope: Scope) -> Mapping[str, Any]:
    """Declare that the field shows a column to callers with a scope."""
    return {PLAN_KEY: ScopedColumn(expression, scope)}


def computed_list(compute: Callable[..., object], *of: Expression) -> Mapping[str, Any]:
    """Declare that the field is the list that a function of columns returns."""
    return {PLAN_KEY: ComputedList(compute, of)}


def one_of(
    *options: tuple[str, Read],
    otherwise: tuple[str, Mapping[str, Expression]] | None = None,
    when: Expression | None = None,
) -> Mapping[str, Any]:
    """Declare that the field is an object of one of these types."""
    return {PLAN_KEY: OneOfField(options, otherwise, when)}


GLOBAL_ID: Mapping[str, Any] = {PLAN_KEY: GlobalIdField()}
TOTAL_COUNT: Mapping[str, Any] = {PLAN_KEY: TotalCountField()}
CALLER_FLAGS: Mapping[str, Any] = {PLAN_KEY: CallerFlags()}
