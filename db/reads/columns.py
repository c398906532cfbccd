"""What comes back for an expression, and how it is sent so that little has to be made of it."""

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
    """The Python type of a value as it comes from the driver."""

    TEXT = auto()
    INTEGER = auto()  # of 32 bits
    LONG = auto()  # of 64 bits
    FLOAT = auto()
    BOOLEAN = auto()
    MOMENT = auto()  # aware, in UTC
    DATE = auto()
    UUID = auto()
    JSON = auto()  # its text
    TEXTS = auto()  # a list of texts


_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (EnumType, Kind.TEXT),  # before String, which it is
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
    """What comes back for it; raises NoPlan for types that no plan reads."""
    kind = expression.type
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, String):
        return Kind.TEXTS
    for one, found in _KINDS:
        if isinstance(kind, one):
            return found
    raise NoPlan(f"a column of the type {kind}")


def enum_of(expression: Expression) -> type[StrEnum] | None:
    """The enum whose values a column of texts holds."""
    kind = expression.type
    found = kind.enum_class if isinstance(kind, EnumType) else None
    return found if found is not None and issubclass(found, StrEnum) else None


def may_be_null(expression: Expression) -> bool:
    """Whether PostgreSQL does not promise a value."""
    return bool(getattr(_clause(expression), "nullable", True))


def identity(expression: Expression) -> Hashable:
    """The same for what is the same column; an expression is only the same as itself."""
    column = _clause(expression)
    return (column.table.name, column.name) if isinstance(column, Column) else id(expression)


def _clause(expression: Expression) -> ColumnElement[Any]:
    if isinstance(expression, InstrumentedAttribute):
        found: ColumnElement[Any] = expression.__clause_element__()
        return found
    return expression


def as_text(expression: Expression) -> ColumnElement[str]:
    """As a text, which the driver reads ten times as fast as it makes a moment or a UUID.

    A moment comes quoted, in UTC, without the zeros at the end of its fraction.
    """
    if kind_of(expression) is Kind.MOMENT:
        return func.to_json(expression)
    return cast(expression, Text)


def sent(expression: Expression) -> Expression:
    """The expression as it is selected."""
    return cast(expression, Double) if kind_of(expression) is Kind.FLOAT else expression
