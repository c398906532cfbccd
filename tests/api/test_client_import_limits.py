"""Limits of imported files, and who may import for whom (M10, SEC6)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from db.models.suppliers import Client
from db.session import Database
from domain.actors import Role
from tests.factories import people
from tests.factories.imports import FILE, IMPORT, PREVIEW, imported, many, parts_of, previewed
from tests.factories.marketplace import new_supplier
from tests.support.graphql import GraphQLClient
from tests.support.loop_lag import loop_lag

MAX_SECONDS = 0.1
Json = Any


def numbers(payload: Json) -> list[int]:
    return [row["number"] for row in payload["preview"]["rows"]]


async def count(db: Database) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(Client))).scalar_one()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (["###"], "not base64"),
        (parts_of(b"PK\x03\x04"), "workbook"),
        (parts_of("x" * 600_001), "more than 600,000 bytes"),
        (parts_of("name\n" + "A\n" * 2_001), "more than 2,000 rows"),
        (parts_of("a," * 50 + "b"), "at most 50 are allowed"),
        ([], "empty"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(
    supplier: GraphQLClient, parts: list[str], message: str
) -> None:
    for document, name in ((PREVIEW, "previewClientImport"), (IMPORT, "importClients")):
        payload = (await supplier.data(document, parts=parts, input={}))[name]
        (error,) = payload["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["parts"])
        assert message in error["message"]


async def test_a_body_is_bounded_before_it_is_read(supplier: GraphQLClient) -> None:
    answer = await supplier.execute(PREVIEW, parts=["A" * 100_001], input={})
    assert (answer.codes, "see parts" in str(answer.body)) == (["COST_EXCEEDED"], True)
    answer = await supplier.execute(PREVIEW, parts=["A"] * 1_001, input={})
    assert answer.codes == ["COST_EXCEEDED"]


@pytest.mark.parametrize("document", [PREVIEW, IMPORT])
async def test_only_suppliers_and_who_acts_for_them_import(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    admin: GraphQLClient,
    db: Database,
    document: str,
) -> None:
    name = "previewClientImport" if document is PREVIEW else "importClients"
    mine = (await supplier.data("{ viewer { supplier { id } } }"))["viewer"]["supplier"]["id"]
    sent: dict[str, Json] = {"parts": parts_of(FILE), "input": {}}
    named: dict[str, Json] = {**sent, "input": {"supplierId": mine}}
    assert (await visitor.as_(None).execute(document, **sent)).codes == ["UNAUTHENTICATED"]
    other = await new_supplier(visitor, db)
    for role, code in ((Role.COUPLE, "FORBIDDEN"), (Role.VIEWER, "FORBIDDEN")):
        client = visitor.as_(await people.session_of(db, role))
        payload = (await client.data(document, **named))[name]
        assert [error["code"] for error in payload["errors"]] == [code]
        assert payload["preview"] is None
    for client, given, code in ((other, named, "NOT_FOUND"), (admin, sent, "REQUIRED")):
        payload = (await client.data(document, **given))[name]
        assert [error["code"] for error in payload["errors"]] == [code]
    assert await count(db) == 0
    assert (await admin.data(document, **named))[name]["errors"] == []


async def test_a_preview_never_shows_clients_of_another(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await imported(supplier, FILE)
    other = await new_supplier(visitor, db)
    preview = (await previewed(other, FILE))["preview"]
    assert (preview["newRows"], preview["alreadyThere"]) == (2, 0)


async def test_pages_of_rows(supplier: GraphQLClient) -> None:
    page = {"first": 2, "after": 3, "status": ["NEW"]}
    assert numbers(await previewed(supplier, many(10), page)) == [4, 5]
    answer = await supplier.execute(PREVIEW, parts=parts_of(FILE), input={}, first=101)
    assert "first is 0 to 100" in str(answer.body["errors"])


async def test_no_file_of_allowed_size_blocks_the_event_loop(
    supplier: GraphQLClient, db: Database
) -> None:
    """As many rows as are allowed, and the largest file."""
    rows = many(2_000)
    large = rows.replace("note ", "n" * 200 + " ")
    assert len(large) > 500_000
    for data in (rows, large):
        async with loop_lag() as lag:
            assert (await previewed(supplier, data))["errors"] == []
        assert lag.seconds < MAX_SECONDS
    async with loop_lag() as lag:
        assert (await imported(supplier, large))["clientImport"]["added"] == 2_000
    assert lag.seconds < MAX_SECONDS
    assert await count(db) == 2_000
