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
    BigInteger,
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

from db.log_edge import is_kept
from db.queries.pages import in_order, ordered
from db.reads.base import Arguments, Expression, NoPlan, Read
from domain.platform.keyset import Keyset

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_LIMIT_ONE: ColumnElement[int] = literal_column("1", Integer)


class Cardinality(Enum):
    """How many rows of a read are selected for each row above."""

    MANY = auto()
    ONE = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class PageParameters:
    """Parameter names of a page. A cursor has one parameter per column of the order."""

    limit: str
    after: tuple[str, ...] | None
    before: tuple[str, ...] | None
    from_end: bool


@dataclass(slots=True)
class ReadRequest:
    """The columns to select from a read. `parameters`: the bind of each non-null argument."""

    read: Read
    cardinality: Cardinality
    parameters: Mapping[str, str] = field(default_factory=dict)
    paged: PageParameters | None = None
    columns: list[Expression] = field(default_factory=list)
    parts: list["ReadRequest"] = field(default_factory=list)

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """Return the conditions of the rows, which may name columns of the rows above."""
        arguments: Arguments = {name: bindparam(bind) for name, bind in self.parameters.items()}
        return self.read.where(arguments)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for asyncpg and the names of its parameters, in order."""

    text: str
    parameters: tuple[str, ...]


Sources: TypeAlias = Mapping[tuple[str, str], ColumnElement[Any]]  # key: table and column name


def build_statement(request: ReadRequest) -> Statement:
    """Build the statement. Raises NoPlan if the request cannot be expressed."""
    query = (
        _StatementBuilder().count(request)
        if request.cardinality is Cardinality.COUNT
        else _StatementBuilder().rows(request)
    )
    compiled = query.compile(dialect=_DIALECT)
    parameters = tuple(compiled.positiontup or ())
    if any(compiled.params[name] is not None for name in parameters):
        raise NoPlan("a value in a condition")  # our own constants belong in the text
    return Statement(str(compiled), parameters)


class _StatementBuilder:
    """Builds one statement and generates its unique names."""

    def __init__(self) -> None:
        self._counter = count()

    def rows(
        self,
        request: ReadRequest,
        outer_columns: Sources | None = None,
        outer_tables: Sequence[FromClause] = (),
    ) -> Select[Any]:
        """Build a query for the requested columns, in their order."""
        own_columns, outer_columns = _own_columns(request.read), outer_columns or {}
        if own_columns.keys() & outer_columns.keys():
            raise NoPlan("a table below itself")
        if not request.parts:
            query = self._select_rows(request, {**outer_columns, **own_columns}, outer_tables)
            return query.with_only_columns(
                *self._label(request.columns, {**outer_columns, **own_columns})
            )
        needed = dict(_needed_columns(request, own_columns))
        inner = self._select_rows(
            request, {**outer_columns, **own_columns}, outer_tables
        ).with_only_columns(
            *(column.label(f"{table}_{name}") for (table, name), column in needed.items())
        )
        page = inner.subquery(f"p{next(self._counter)}")
        sources = {key: page.c[f"{key[0]}_{key[1]}"] for key in needed}
        return self._join_parts(request, page, {**outer_columns, **sources}, (*outer_tables, page))

    def count(
        self,
        request: ReadRequest,
        outer_columns: Sources | None = None,
        outer_tables: Sequence[FromClause] = (),
    ) -> Select[Any]:
        """Build a query for the number of rows, regardless of the page."""
        query = self._select_rows(
            request, {**(outer_columns or {}), **_own_columns(request.read)}, outer_tables
        )
        return query.with_only_columns(func.count())

    def _join_parts(
        self,
        request: ReadRequest,
        page: FromClause,
        sources: Sources,
        outer_tables: Sequence[FromClause],
    ) -> Select[Any]:
        columns, source = self._label(request.columns, sources), page
        for part in request.parts:
            lateral = self._lateral_part(part, sources, outer_tables)
            source = source.join(lateral, true(), isouter=part.cardinality is Cardinality.ONE)
            columns += list(lateral.c)
        query = select(*columns).select_from(source).correlate(*outer_tables[:-1])
        order = [_replace_columns(column, sources) for column in request.read.order]
        keyset: Keyset[Any] = Keyset(0, from_end=bool(request.paged and request.paged.from_end))
        return in_order(query, keyset, *order, descending=request.read.descending)

    def _lateral_part(
        self, part: ReadRequest, sources: Sources, outer_tables: Sequence[FromClause]
    ) -> FromClause:
        name = f"l{next(self._counter)}"
        if part.cardinality is Cardinality.COUNT:
            counted = self.count(part, sources, outer_tables)
            return select(counted.scalar_subquery().label(f"{name}_n")).lateral(name)
        rows = self.rows(part, sources, outer_tables)
        if part.cardinality is Cardinality.ONE:
            return rows.limit(_LIMIT_ONE).lateral(name)
        inner = rows.subquery(f"{name}_rows")
        return select(*(func.array_agg(item).label(item.key) for item in inner.c)).lateral(name)

    def _select_rows(
        self, request: ReadRequest, sources: Sources, outer_tables: Sequence[FromClause]
    ) -> Select[Any]:
        read = request.read
        source: FromClause = read.model.__table__
        for model, condition in read.joined:
            source = source.join(model.__table__, _replace_columns(condition, sources))
        where = [_replace_columns(item, sources) for item in request.conditions()]
        query = select(true()).select_from(source).where(*where).correlate(*outer_tables)
        if request.cardinality is Cardinality.COUNT:
            return query
        order = [_replace_columns(column, sources) for column in read.order]
        query = query.where(*_cursor_checks(request))
        if request.paged is None:
            plain: Keyset[Any] = Keyset(0)
            return in_order(query, plain, *order, descending=read.descending)
        return ordered(query, _keyset(request.paged, order), *order, descending=read.descending)

    def _label(self, columns: Iterable[Expression], sources: Sources) -> list[ColumnElement[Any]]:
        return [
            _replace_columns(item, sources).label(f"c{next(self._counter)}") for item in columns
        ]


def _cursor_checks(request: ReadRequest) -> Iterator[ColumnElement[bool]]:
    edge, paged = request.read.edge, request.paged
    if edge is not None and paged is not None:
        for name in (*(paged.after or ()), *(paged.before or ())):
            yield is_kept(bindparam(name, type_=BigInteger()), edge)


def _own_columns(read: Read) -> Sources:
    models = (read.model, *(model for model, _ in read.joined))
    return {
        (str(model.__tablename__), column.name): column
        for model in models
        for column in model.__table__.c
    }


def _replace_columns(expression: Any, sources: Sources) -> Any:  # noqa: ANN401 - SQLAlchemy's
    """Replace the columns of an expression by those of `sources`."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()

    def replace(element: Any, **_: object) -> Any:  # noqa: ANN401 - SQLAlchemy's
        if not isinstance(element, Column):
            return None
        replacement = sources.get((element.table.name, element.name))
        if replacement is None:
            raise NoPlan(f"{element.table.name}.{element.name} is not there")
        return replacement

    return visitors.replacement_traverse(expression, {}, replace)


def _needed_columns(
    request: ReadRequest, own_columns: Sources
) -> Iterator[tuple[tuple[str, str], ColumnElement[Any]]]:
    """Yield the columns that the selected columns, the order or the nested reads name."""
    for expression in (*_all_expressions(request), *request.read.order):
        if hasattr(expression, "__clause_element__"):
            expression = expression.__clause_element__()  # noqa: PLW2901 - the same
        for element in visitors.iterate(expression):
            if (
                isinstance(element, Column)
                and (key := (element.table.name, element.name)) in own_columns
            ):
                yield key, own_columns[key]


def _all_expressions(request: ReadRequest) -> Iterator[Any]:
    yield from request.columns
    for part in request.parts:
        yield from part.conditions()
        yield from _all_expressions(part)


def _keyset(paged: PageParameters, order: Sequence[ColumnElement[Any]]) -> Keyset[Any]:
    limit: Any = bindparam(paged.limit, type_=Integer())
    return Keyset(
        limit, _bind_cursor(paged.after, order), _bind_cursor(paged.before, order), paged.from_end
    )


def _bind_cursor(names: tuple[str, ...] | None, order: Sequence[ColumnElement[Any]]) -> Any:  # noqa: ANN401 - a value or several
    if names is None:
        return None
    binds = [bindparam(name, type_=column.type) for name, column in zip(names, order, strict=True)]
    return tuple_(*binds) if len(binds) > 1 else binds[0]
