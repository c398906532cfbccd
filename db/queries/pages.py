"""Keyset pages: newest first, by the moment and the id of the last row that was seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, cast, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from db.models.couples import Couple
from db.models.suppliers import Supplier
from domain.platform.keyset import Keyset
from domain.platform.search import prefixes

Moments: TypeAlias = Keyset[tuple[datetime, UUID]]
Numbers: TypeAlias = Keyset[int]
Column: TypeAlias = InstrumentedAttribute[Any] | ColumnElement[Any]
Moment: TypeAlias = InstrumentedAttribute[datetime] | ColumnElement[datetime]
Key: TypeAlias = InstrumentedAttribute[UUID] | ColumnElement[UUID]

Made = TypeVar("Made", Supplier, Couple)

_SIMPLE: ColumnElement[object] = literal_column("'simple'::regconfig")


def ordered(
    query: Select[Any], page: Keyset[Any], *columns: Column, descending: bool = False
) -> Select[Any]:
    """A page in the order of some columns; one that is read from its end comes backwards.

    One column has places that are values, several have tuples.
    """
    place = tuple_(*columns) if len(columns) > 1 else columns[0]
    if page.after is not None:
        query = query.where(place < page.after if descending else place > page.after)
    if page.before is not None:
        query = query.where(place > page.before if descending else place < page.before)
    return in_order(query, page, *columns, descending=descending).limit(page.limit)


def in_order(
    query: Select[Any], page: Keyset[Any], *columns: Column, descending: bool
) -> Select[Any]:
    """The order of a page alone."""
    backwards = descending is not page.from_end
    return query.order_by(*(column.desc() if backwards else column.asc() for column in columns))


def newest_first(query: Select[Any], moment: Moment, key: Key, page: Moments) -> Select[Any]:
    """A page from the newest to the oldest."""
    return ordered(query, page, moment, key, descending=True)


def found_first(
    model: type[Made], where: Sequence[ColumnElement[bool]], page: Moments
) -> Select[Made]:
    """A page of what a search finds, which is found before it is put in order.

    PostgreSQL expects far too many rows with words of a prefix. Left to itself it walks a whole
    table from the newest row on for the few that there are: 1.5 s of 100,000 rows, against 2 ms.
    """
    found = select(model.id, model.created_at).where(*where).cte("found")
    rows = found.prefix_with("MATERIALIZED").c
    shown = newest_first(select(rows.id), rows.created_at, rows.id, page).subquery("shown")
    query = select(model).join(shown, shown.c.id == model.id)
    return in_order(query, page, model.created_at, model.id, descending=True)


def has_words(
    one: InstrumentedAttribute[Any], other: InstrumentedAttribute[Any], search: str
) -> ColumnElement[bool]:
    """Words of two columns that begin like those of a search; uses the index of the table."""
    words: ColumnElement[object] = func.launch_words(one, other)
    return words.bool_op("@@")(func.to_tsquery(_SIMPLE, prefixes(search)))


def one_of(column: Column, values: Sequence[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a column has one of some values; of a statement's parameter, an array of texts."""
    if isinstance(values, ColumnElement):
        return column == any_(cast(values, ARRAY(TEXT)))
    return column.in_(values)


async def count(
    session: AsyncSession, model: type[DeclarativeBase], where: Sequence[ColumnElement[bool]]
) -> int:
    """How many rows a filter finds."""
    query = select(func.count()).select_from(model).where(*where)
    return (await session.execute(query)).scalar_one()
