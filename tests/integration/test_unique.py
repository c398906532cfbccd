"""Constraints: one that says a row exists is the caller's, all others are ours."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from db.session import Database
from tests.support.graphql import GraphQLClient

ADD = """mutation ($input: AddClientInput!) {
  addClient(input: $input) { client { id } errors { code } } }"""
UPDATE = """mutation ($input: UpdateClientInput!) {
  updateClient(input: $input) { client { id } errors { code } } }"""
MIGRATIONS = ("CHECK (false) NOT VALID", "CHECK (notes <> 'x') NOT VALID")


@pytest.fixture
async def client(supplier: GraphQLClient) -> str:
    added = await supplier.data(ADD, input={"coupleNames": "Ana & Ben", "email": "a@b.example"})
    return str(added["addClient"]["client"]["id"])


@pytest.fixture(params=MIGRATIONS)
async def bad_migration(
    client: str, db: Database, request: pytest.FixtureRequest
) -> AsyncIterator[None]:
    await _run(db, f"ALTER TABLE clients ADD CONSTRAINT of_a_bad_migration {request.param}")
    yield
    await _run(db, "ALTER TABLE clients DROP CONSTRAINT of_a_bad_migration")


async def test_other_constraint_violations_are_internal_errors(
    supplier: GraphQLClient, client: str, bad_migration: None, app: Starlette
) -> None:
    """Found on a launch day: nine of ten requests failed, and the guard saw 0 % errors."""
    answer = await supplier.execute(UPDATE, input={"id": client, "notes": "x"})
    assert answer.codes == ["INTERNAL"]
    assert app.state.runtime.meter.so_far()["request_errors_total"].total == 1


async def test_duplicate_rows_are_caller_errors(
    supplier: GraphQLClient, client: str, app: Starlette
) -> None:
    answer = await supplier.data(ADD, input={"coupleNames": "Cy & Di", "email": "A@b.example"})
    assert answer["addClient"]["errors"] == [{"code": "UNIQUE"}]
    assert app.state.runtime.meter.so_far()["request_errors_total"].total == 0


async def _run(db: Database, statement: str) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text(statement))
