"""Build one SQL statement for a root field, including the pages and objects below it.

A list below a row is one array per column, from a LATERAL join; an object below it is columns of
the same row. The text is built once per plan, with parameters for everything that may differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import visitors

from db.queries.pages import in_order, ordered
from db.reads.base import Expression, Given, NoPlan, Read
from domain.platform.keyset import Keyset

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_ONE: ColumnElement[int] = literal_column("1", Integer)


class Form(Enum):
    """How many rows of a read are selected for each row above."""

    MANY = auto()
    ONE = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class Paged:
    """Parameter names of a page. A cursor has one parameter per column of the order."""

    limit: str
    after: tuple[str, ...] | None
    before: tuple[str, ...] | None
    from_end: bool


@dataclass(slots=True)
class ReadRequest:
    """The columns to select from a read. `given` maps each non-null argument to its parameter."""

    read: Read
    form: Form
    given: Mapping[str, str] = field(default_factory=dict)
    paged: Paged | None = None
    columns: list[Expression] = field(default_factory=list)
    parts: list["ReadRequest"] = field(default_factory=list)

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """Return the conditions of the rows, which may name columns of the rows above."""
        given: Given = {name: bindparam(bind) for name, bind in self.given.items()}
        return self.read.where(given)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for asyncpg and the names of its parameters, in order."""

    text: str
    parameters: tuple[str, ...]


Sources: TypeAlias = Mapping[tuple[str, str], ColumnElement[Any]]  # key: table and column name


def statement(wanted: ReadRequest) -> Statement:
    """Build the statement. Raises NoPlan if the request cannot be expressed."""
    query = _Writer().count(wanted) if wanted.form is Form.COUNT else _Writer().rows(wanted)
    compiled = query.compile(dialect=_DIALECT)
    parameters = tuple(compiled.positiontup or ())
    if any(compiled.params[name] is not None for name in parameters):
        raise NoPlan("a value in a condition")  # our own constants belong in the text
    return Statement(str(compiled), parameters)


class _Writer:
    """Builds one statement and generates its unique names."""

    def __init__(self) -> None:
        self._numbers = count()

    def rows(
        self, wanted: ReadRequest, above: Sources | None = None, outer: Sequence[FromClause] = ()
    ) -> Select[Any]:
        """Build a query for the requested columns, in their order."""
        own, above = _own(wanted.read), above or {}
        if own.keys() & above.keys():
            raise NoPlan("a table below itself")
        if not wanted.parts:
            query = self._filtered(wanted, {**above, **own}, outer)
            return query.with_only_columns(*self._named(wanted.columns, {**above, **own}))
        needed = dict(_needed(wanted, own))
        inner = self._filtered(wanted, {**above, **own}, outer).with_only_columns(
            *(column.label(f"{table}_{name}") for (table, name), column in needed.items())
        )
        page = inner.subquery(f"p{next(self._numbers)}")
        sources = {key: page.c[f"{key[0]}_{key[1]}"] for key in needed}
        return self._joined(wanted, page, {**above, **sources}, (*outer, page))

    def count(
        self, wanted: ReadRequest, above: Sources | None = None, outer: Sequence[FromClause] = ()
    ) -> Select[Any]:
        """Build a query for the number of rows, regardless of the page."""
        query = self._filtered(wanted, {**(above or {}), **_own(wanted.read)}, outer)
        return query.with_only_columns(func.count())

    def _joined(
        self, wanted: ReadRequest, page: FromClause, sources: Sources, outer: Sequence[FromClause]
    ) -> Select[Any]:
        columns, found = self._named(wanted.columns, sources), page
        for part in wanted.parts:
            lateral = self._part(part, sources, outer)
            found = found.join(lateral, true(), isouter=part.form is Form.ONE)
            columns += list(lateral.c)
        query = select(*columns).select_from(found).correlate(*outer[:-1])
        order = [_placed(column, sources) for column in wanted.read.order]
        keyset: Keyset[Any] = Keyset(0, from_end=bool(wanted.paged and wanted.paged.from_end))
        return in_order(query, keyset, *order, descending=wanted.read.descending)

    def _part(self, part: ReadRequest, sources: Sources, outer: Sequence[FromClause]) -> FromClause:
        name = f"l{next(self._numbers)}"
        if part.form is Form.COUNT:
            counted = self.count(part, sources, outer)
            return select(counted.scalar_subquery().label(f"{name}_n")).lateral(name)
        rows = self.rows(part, sources, outer)
        if part.form is Form.ONE:
            return rows.limit(_ONE).lateral(name)
        inner = rows.subquery(f"{name}_rows")
        return select(*(func.array_agg(item).label(item.key) for item in inner.c)).lateral(name)

    def _filtered(
        self, wanted: ReadRequest, sources: Sources, outer: Sequence[FromClause]
    ) -> Select[Any]:
        read = wanted.read
        found: FromClause = read.model.__table__
        for model, condition in read.joined:
            found = found.join(model.__table__, _placed(condition, sources))
        where = [_placed(item, sources) for item in wanted.conditions()]
        query = select(true()).select_from(found).where(*where).correlate(*outer)
        if wanted.form is Form.COUNT:
            return query
        order = [_placed(column, sources) for column in read.order]
        if wanted.paged is None:
            plain: Keyset[Any] = Keyset(0)
            return in_order(query, plain, *order, descending=read.descending)
        return ordered(query, _keyset(wanted.paged, order), *order, descending=read.descending)

    def _named(self, columns: Iterable[Expression], sources: Sources) -> list[ColumnElement[Any]]:
        return [_placed(item, sources).label(f"c{next(self._numbers)}") for item in columns]


def _own(read: Read) -> Sources:
    models = (read.model, *(model for model, _ in read.joined))
    return {
        (str(model.__tablename__), column.name): column
        for model in models
        for column in model.__table__.c
    }


def _placed(expression: Any, sources: Sources) -> Any:  # noqa: ANN401 - SQLAlchemy's
    """Replace the columns of an expression by those of `sources`."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()

    def replace(element: Any, **_: object) -> Any:  # noqa: ANN401 - SQLAlchemy's
        if not isinstance(element, Column):
            return None
        found = sources.get((element.table.name, element.name))
        if found is None:
            raise NoPlan(f"{element.table.name}.{element.name} is not there")
        return found

    return visitors.replacement_traverse(expression, {}, replace)


def _needed(
    wanted: ReadRequest, own: Sources
) -> Iterator[tuple[tuple[str, str], ColumnElement[Any]]]:
    """Yield the columns that the selected columns, the order or the nested reads name."""
    for expression in (*_expressions(wanted), *wanted.read.order):
        if hasattr(expression, "__clause_element__"):
            expression = expression.__clause_element__()  # noqa: PLW2901 - the same
        for element in visitors.iterate(expression):
            if isinstance(element, Column) and (key := (element.table.name, element.name)) in own:
                yield key, own[key]


def _expressions(wanted: ReadRequest) -> Iterator[Any]:
    yield from wanted.columns
    for part in wanted.parts:
        yield from part.conditions()
        yield from _expressions(part)


def _keyset(paged: Paged, order: Sequence[ColumnElement[Any]]) -> Keyset[Any]:
    limit: Any = bindparam(paged.limit, type_=Integer())
    return Keyset(limit, _place(paged.after, order), _place(paged.before, order), paged.from_end)


def _place(names: tuple[str, ...] | None, order: Sequence[ColumnElement[Any]]) -> Any:  # noqa: ANN401 - a value or several
    if names is None:
        return None
    binds = [bindparam(name, type_=column.type) for name, column in zip(names, order, strict=True)]
    return tuple_(*binds) if len(binds) > 1 else binds[0]
