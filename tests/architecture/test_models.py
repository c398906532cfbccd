"""What every table keeps to (R8, S12)."""

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    DateTime,
    Enum,
    Index,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from db.models import Base
from db.session import Database

DIALECT = make_url("postgresql+asyncpg://").get_dialect()()
TABLES = list(Base.metadata.tables.values())
COLUMNS = [column for table in TABLES for column in table.columns]
REFERENCES = [column for column in COLUMNS if column.foreign_keys]
ENUMS = [column for column in COLUMNS if isinstance(column.type, Enum)]

# Foreign keys that no query and no delete follows from the other side, each with its reason.
UNINDEXED: dict[str, str] = {}


def leading(table: Table) -> set[str]:
    """The columns that an index, a unique constraint or the primary key begins with."""
    columns = {next(iter(index.columns)).name for index in table.indexes if is_whole(index)}
    columns |= {
        next(iter(item.columns)).name
        for item in table.constraints
        if isinstance(item, UniqueConstraint)
    }
    return columns | {next(iter(table.primary_key.columns)).name}


def is_whole(index: Index) -> bool:
    """Over columns, and over every row."""
    ddl = str(CreateIndex(index).compile(dialect=DIALECT))
    return len(index.columns) > 0 and " WHERE " not in ddl


def ddl(table: Table) -> str:
    """What creates it."""
    return str(CreateTable(table).compile(dialect=DIALECT))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_a_primary_key(table: Table) -> None:
    assert len(table.primary_key.columns) > 0


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_timestamp_has_a_time_zone(column: Column[object]) -> None:
    if isinstance(column.type, DateTime):
        assert column.type.timezone


@pytest.mark.parametrize("column", REFERENCES, ids=str)
def test_every_foreign_key_has_an_index(column: Column[object]) -> None:
    """PostgreSQL makes none; without it each delete on the other side reads the whole table."""
    assert (column.name in leading(column.table)) is (str(column) not in UNINDEXED)


@pytest.mark.parametrize("column", ENUMS, ids=str)
def test_every_enum_is_checked_by_the_database(column: Column[object]) -> None:
    assert isinstance(column.type, Enum)
    values = ", ".join(f"'{value}'" for value in column.type.enums)
    assert f"CHECK ({column.name} IN ({values}))" in ddl(column.table)


async def test_the_database_has_every_check_of_the_models(db: Database) -> None:
    """Alembic compares columns, indexes and references, but no CHECK."""
    query = text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'ck_%'")
    async with db.read() as session:
        existing = set(await session.scalars(query))
    declared = {item.name for table in TABLES for item in table.constraints if is_check(item)}
    assert existing == declared


def is_check(item: Constraint) -> bool:
    """CHECK, and no key."""
    return isinstance(item, CheckConstraint)


def test_relationships_are_never_lazy_loaded() -> None:
    lazy_by_name = {
        str(relationship): relationship.lazy
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
    }
    assert {name: lazy for name, lazy in lazy_by_name.items() if lazy != "raise"} == {}
