"""Types of selected columns, and the forms in which they are fetched fastest."""

from collections.abc import Hashable
from enum import Enum, StrEnum, auto
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    Numeric,
    String,
    Text,
    Uuid,
    cast,
    func,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from db.reads.base import Expression, NoPlan


class Kind(Enum):
    """The Python type of a value that the driver returns."""

    TEXT = auto()
    INTEGER = auto()  # 32 bits
    LONG = auto()  # 64 bits
    FLOAT = auto()
    BOOLEAN = auto()
    MOMENT = auto()  # timezone-aware, UTC
    DATE = auto()
    UUID = auto()
    JSON = auto()  # as text
    TEXTS = auto()  # a list of strings


_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (EnumType, Kind.TEXT),  # before String, its base class
    (String, Kind.TEXT),
    (BigInteger, Kind.LONG),  # before Integer
    (Integer, Kind.INTEGER),
    (Numeric, Kind.FLOAT),
    (Float, Kind.FLOAT),
    (Boolean, Kind.BOOLEAN),
    (DateTime, Kind.MOMENT),
    (Date, Kind.DATE),
    (Uuid, Kind.UUID),
    (JSONB, Kind.JSON),
)


def kind_of(expression: Expression) -> Kind:
    """Return the type of an expression. Raises NoPlan for types that plans do not read."""
    kind = expression.type
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, String):
        return Kind.TEXTS
    for sql_type, result in _KINDS:
        if isinstance(kind, sql_type):
            return result
    raise NoPlan(f"a column of the type {kind}")


def enum_of(expression: Expression) -> type[StrEnum] | None:
    """Return the enum whose values a text column holds; None for other columns."""
    kind = expression.type
    enum_class = kind.enum_class if isinstance(kind, EnumType) else None
    return enum_class if enum_class is not None and issubclass(enum_class, StrEnum) else None


def may_be_null(expression: Expression) -> bool:
    """Tell whether PostgreSQL may return NULL."""
    return bool(getattr(_clause(expression), "nullable", True))


def identity(expression: Expression) -> Hashable:
    """Return a key that is equal for the same column; an expression equals only itself."""
    column = _clause(expression)
    return (column.table.name, column.name) if isinstance(column, Column) else id(expression)


def _clause(expression: Expression) -> ColumnElement[Any]:
    if isinstance(expression, InstrumentedAttribute):
        element: ColumnElement[Any] = expression.__clause_element__()
        return element
    return expression


def as_text(expression: Expression) -> ColumnElement[str]:
    """Select a value as text, which the driver reads ten times faster than a timestamp or UUID.

    A timestamp is returned quoted, in UTC, without trailing zeros in its fraction.
    """
    if kind_of(expression) is Kind.MOMENT:
        return func.to_json(expression)
    return cast(expression, Text)


def sent(expression: Expression) -> Expression:
    """Return the expression in the form in which it is selected."""
    return cast(expression, Double) if kind_of(expression) is Kind.FLOAT else expression
