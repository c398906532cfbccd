"""The declarative base and the column types that every table shares."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, MetaData, Numeric, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db import moments

type_annotation_map: Mapping[object, object] = {
    datetime: DateTime(timezone=True),
    dict[str, object]: JSONB,
    list[object]: JSONB,
}

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

UuidKey = Annotated[UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))]
Moment = Annotated[datetime, mapped_column(default=moments.current, server_default=func.now())]
Touched = Annotated[
    datetime,
    mapped_column(default=moments.current, onupdate=moments.current, server_default=func.now()),
]
TransactionId = Annotated[
    int, mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"))
]
Percentage = Annotated[float, mapped_column(Numeric(5, 2, asdecimal=False))]


class Base(DeclarativeBase):
    """Base class of all tables; constraint names follow one pattern that migrations rely on."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[Mapping[object, object]] = type_annotation_map


class Timestamps:
    """Creation and modification times; a trigger covers SQL that bypasses the app (S12)."""

    created_at: Mapped[Moment]
    updated_at: Mapped[Touched]


def enum_column(kind: type[StrEnum]) -> Enum:
    """Build a text column with a CHECK constraint on the values of the enum (S1, S5, S6)."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=_snake(kind.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def reference(table: str, *, ondelete: str = "CASCADE") -> ForeignKey:
    """Build a foreign key to the `id` of another table; PostgreSQL does not index it by itself."""
    return ForeignKey(f"{table}.id", ondelete=ondelete)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
