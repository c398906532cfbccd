"""Limits of imported files, and who may import for whom (M10, SEC6)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from db.models.suppliers import Client
from db.session import Database
from domain.actors import Role
from tests.factories import user_sessions
from tests.factories.imports import (
    FILE,
    IMPORT,
    PREVIEW,
    csv_of_couples,
    file_parts,
    preview_import,
    run_import,
)
from tests.factories.marketplace import new_supplier
from tests.support.graphql import GraphQLClient
from tests.support.loop_lag import measure_loop_lag

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
        (file_parts(b"PK\x03\x04"), "workbook"),
        (file_parts("x" * 600_001), "more than 600,000 bytes"),
        (file_parts("name\n" + "A\n" * 2_001), "more than 2,000 rows"),
        (file_parts("a," * 50 + "b"), "at most 50 are allowed"),
        ([], "empty"),
    ],
)
async def test_unreadable_files_state_the_reason(
    supplier: GraphQLClient, parts: list[str], message: str
) -> None:
    for document, name in ((PREVIEW, "previewClientImport"), (IMPORT, "importClients")):
        payload = (await supplier.data(document, parts=parts, input={}))[name]
        (error,) = payload["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["parts"])
        assert message in error["message"]


async def test_request_bodies_are_limited_before_they_are_read(supplier: GraphQLClient) -> None:
    answer = await supplier.execute(PREVIEW, parts=["A" * 100_001], input={})
    assert (answer.codes, "see parts" in str(answer.body)) == (["COST_EXCEEDED"], True)
    answer = await supplier.execute(PREVIEW, parts=["A"] * 1_001, input={})
    assert answer.codes == ["COST_EXCEEDED"]


@pytest.mark.parametrize("document", [PREVIEW, IMPORT])
async def test_only_suppliers_and_their_tools_can_import(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    admin: GraphQLClient,
    db: Database,
    document: str,
) -> None:
    name = "previewClientImport" if document is PREVIEW else "importClients"
    supplier_id = (await supplier.data("{ viewer { supplier { id } } }"))["viewer"]["supplier"][
        "id"
    ]
    sent: dict[str, Json] = {"parts": file_parts(FILE), "input": {}}
    named: dict[str, Json] = {**sent, "input": {"supplierId": supplier_id}}
    assert (await visitor.as_(None).execute(document, **sent)).codes == ["UNAUTHENTICATED"]
    other = await new_supplier(visitor, db)
    for role, code in ((Role.COUPLE, "FORBIDDEN"), (Role.VIEWER, "FORBIDDEN")):
        client = visitor.as_(await user_sessions.create_session(db, role))
        payload = (await client.data(document, **named))[name]
        assert [error["code"] for error in payload["errors"]] == [code]
        assert payload["preview"] is None
    for client, variables, code in ((other, named, "NOT_FOUND"), (admin, sent, "REQUIRED")):
        payload = (await client.data(document, **variables))[name]
        assert [error["code"] for error in payload["errors"]] == [code]
    assert await count(db) == 0
    assert (await admin.data(document, **named))[name]["errors"] == []


async def test_previews_do_not_show_clients_of_others(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await run_import(supplier, FILE)
    other = await new_supplier(visitor, db)
    preview = (await preview_import(other, FILE))["preview"]
    assert (preview["newRows"], preview["alreadyThere"]) == (2, 0)


async def test_preview_rows_are_paged(supplier: GraphQLClient) -> None:
    page = {"first": 2, "after": 3, "status": ["NEW"]}
    assert numbers(await preview_import(supplier, csv_of_couples(10), page)) == [4, 5]
    answer = await supplier.execute(PREVIEW, parts=file_parts(FILE), input={}, first=101)
    assert "first is 0 to 100" in str(answer.body["errors"])


async def test_the_largest_file_does_not_block_the_event_loop(
    supplier: GraphQLClient, db: Database
) -> None:
    """As many rows as are allowed, and the largest file."""
    rows = csv_of_couples(2_000)
    large = rows.replace("note ", "n" * 200 + " ")
    assert len(large) > 500_000
    for data in (rows, large):
        async with measure_loop_lag() as lag:
            assert (await preview_import(supplier, data))["errors"] == []
        assert lag.seconds < MAX_SECONDS
    async with measure_loop_lag() as lag:
        assert (await run_import(supplier, large))["clientImport"]["added"] == 2_000
    assert lag.seconds < MAX_SECONDS
    assert await count(db) == 2_000
