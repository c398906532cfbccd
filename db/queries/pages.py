"""Keyset pagination by the time and id of the last row of the previous page."""

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

Searchable = TypeVar("Searchable", Supplier, Couple)

_SIMPLE: ColumnElement[object] = literal_column("'simple'::regconfig")


def ordered(
    query: Select[Any], page: Keyset[Any], *columns: Column, descending: bool = False
) -> Select[Any]:
    """Select a page ordered by columns; a page read from its end comes in reverse.

    Cursors of one column are plain values, those of several are tuples.
    """
    row_key = tuple_(*columns) if len(columns) > 1 else columns[0]
    if page.after is not None:
        query = query.where(row_key < page.after if descending else row_key > page.after)
    if page.before is not None:
        query = query.where(row_key > page.before if descending else row_key < page.before)
    return in_order(query, page, *columns, descending=descending).limit(page.limit)


def in_order(
    query: Select[Any], page: Keyset[Any], *columns: Column, descending: bool
) -> Select[Any]:
    """Apply the order of a page."""
    backwards = descending is not page.from_end
    return query.order_by(*(column.desc() if backwards else column.asc() for column in columns))


def newest_first(query: Select[Any], moment: Moment, key: Key, page: Moments) -> Select[Any]:
    """Select a page, newest first."""
    return ordered(query, page, moment, key, descending=True)


def search_page(
    model: type[Searchable], where: Sequence[ColumnElement[bool]], page: Moments
) -> Select[Searchable]:
    """Select a page of search results, evaluating the search before the order.

    PostgreSQL overestimates the matches of a word prefix. Left to itself it scans the whole table
    from the newest row on for a few matches: 1.5 s for 100,000 rows, against 2 ms.
    """
    matches = select(model.id, model.created_at).where(*where).cte("found")
    rows = matches.prefix_with("MATERIALIZED").c
    page_ids = newest_first(select(rows.id), rows.created_at, rows.id, page).subquery("shown")
    query = select(model).join(page_ids, page_ids.c.id == model.id)
    return in_order(query, page, model.created_at, model.id, descending=True)


def has_words(
    one: InstrumentedAttribute[Any], other: InstrumentedAttribute[Any], search: str
) -> ColumnElement[bool]:
    """Match rows with words in two columns that begin like those of a search.

    Uses the table's index.
    """
    words: ColumnElement[object] = func.launch_words(one, other)
    return words.bool_op("@@")(func.to_tsquery(_SIMPLE, prefixes(search)))


def one_of(column: Column, values: Sequence[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
    """Match one of several values; a statement parameter must be an array of texts."""
    if isinstance(values, ColumnElement):
        return column == any_(cast(values, ARRAY(TEXT)))
    return column.in_(values)


async def count(
    session: AsyncSession, model: type[DeclarativeBase], where: Sequence[ColumnElement[bool]]
) -> int:
    """Count the rows of a filter."""
    query = select(func.count()).select_from(model).where(*where)
    return (await session.execute(query)).scalar_one()
