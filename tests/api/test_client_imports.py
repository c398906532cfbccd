"""Clients come from CSV files: preview, problems by row and column, no duplicates (M10)."""

import asyncio
import csv
import io
from typing import Any

from sqlalchemy import func, select

from db.models.client_imports import ClientImport
from db.models.events import Change, LaunchEvent
from db.models.suppliers import Client
from db.session import Database
from tests.factories.imports import FILE, csv_of_couples, preview_import, run_import
from tests.factories.marketplace import SUPPLIER_SETUP, UPDATE, add_client, new_supplier
from tests.support.graphql import GraphQLClient

BROKEN = """Names,E-mail,Wedding date
Emma & James,emma@example.com,2027-04-03
,nobody,soon
Zoe & Max,zoe@example.com,2027-05-01
http://evil.example,=1+1,2027-02-30
"""
Json = Any


def brief(payload: Json) -> list[tuple[int, str]]:
    return [(row["number"], row["status"]) for row in payload["preview"]["rows"]]


async def clients(db: Database) -> list[Client]:
    async with db.read() as session:
        return list(await session.scalars(select(Client).order_by(Client.couple_names)))


async def count(db: Database, model: Any) -> int:  # noqa: ANN401 - a table
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def test_a_preview_shows_what_an_import_would_do(
    supplier: GraphQLClient, db: Database
) -> None:
    payload = await preview_import(supplier, FILE)
    preview = payload["preview"]
    assert (payload["errors"], payload["clientImport"], await clients(db)) == ([], None, [])
    assert (preview["encoding"], preview["delimiter"]) == ("UTF_8", "SEMICOLON")
    assert [(one["header"], one["field"]) for one in preview["columns"]] == [
        ("Names", "COUPLE_NAMES"), ("E-mail", "EMAIL"), ("Wedding date", "WEDDING_DATE"),
        ("Phone", None), ("Notes", "NOTES"),
    ]  # fmt: skip
    first, second = preview["rows"]
    assert (first["number"], first["coupleNames"], first["weddingDate"], first["email"]) == (
        2, "Emma & James", "2027-04-03", "emma@example.com",
    )  # fmt: skip
    assert (second["coupleNames"], second["weddingDate"]) == ("Zoë & Max", "2028-06-12")
    assert (preview["newRows"], preview["withErrors"], preview["remainingCsv"]) == (2, 0, None)


async def test_an_import_adds_each_row_once(supplier: GraphQLClient, db: Database) -> None:
    payload = await run_import(supplier, FILE, fileName="couples.csv")
    assert payload["errors"] == []
    done = payload["clientImport"]
    assert (done["fileName"], done["added"], done["alreadyThere"]) == ("couples.csv", 2, 0)
    assert brief(payload) == [(2, "IMPORTED"), (3, "IMPORTED")]
    rows = [(row.couple_names, row.email, row.notes) for row in await clients(db)]
    assert rows == [
        ("Emma & James", "emma@example.com", "Two\nlines"), ("Zoë & Max", None, None),
    ]  # fmt: skip
    repeated = await run_import(supplier, FILE)
    assert (repeated["clientImport"]["added"], repeated["clientImport"]["alreadyThere"]) == (0, 2)
    assert brief(repeated) == [(2, "ALREADY_THERE"), (3, "ALREADY_THERE")]
    assert repeated["preview"]["rows"][0]["existing"]["coupleNames"] == "Emma & James"
    assert len(await clients(db)) == 2


async def test_problems_name_row_and_column_and_valid_rows_are_imported(
    supplier: GraphQLClient, db: Database
) -> None:
    payload = await run_import(supplier, BROKEN)
    problems = {
        row["number"]: [(item["header"], item["column"]) for item in row["problems"]]
        for row in payload["preview"]["rows"]
        if row["status"] == "ERROR"
    }
    every = [("Names", 1), ("E-mail", 2), ("Wedding date", 3)]
    assert problems == {3: every, 5: every}
    assert [row.couple_names for row in await clients(db)] == ["Emma & James", "Zoe & Max"]
    assert payload["clientImport"]["withErrors"] == 2


async def test_rejected_rows_are_returned_as_a_file_to_correct(
    supplier: GraphQLClient, db: Database
) -> None:
    left = (await run_import(supplier, BROKEN))["preview"]["remainingCsv"]
    header, one, two = csv.reader(io.StringIO(left))
    assert header == ["Names", "E-mail", "Wedding date", "Problem"]
    assert (one[:3], two[:3]) == (
        ["", "nobody", "soon"], ["http://evil.example", "'=1+1", "2027-02-30"],
    )  # fmt: skip
    assert "E-mail: This is not an e-mail address" in one[3]
    fixed = left.replace(",nobody,soon", "Ana & Ben,ana@example.com,2027-06-01")
    payload = await run_import(supplier, fixed)
    assert (payload["clientImport"]["added"], payload["clientImport"]["withErrors"]) == (1, 1)
    assert len(await clients(db)) == 3


async def test_rows_can_be_corrected_in_place(supplier: GraphQLClient, db: Database) -> None:
    corrections = [
        {"row": 3, "field": "COUPLE_NAMES", "value": "Ana & Ben"},
        {"row": 3, "field": "EMAIL", "value": "ana@example.com"},
        {"row": 3, "field": "WEDDING_DATE", "value": ""},
    ]
    assert (await run_import(supplier, BROKEN))["clientImport"]["added"] == 2
    payload = await run_import(supplier, BROKEN, corrections=corrections)
    assert (payload["clientImport"]["added"], payload["clientImport"]["alreadyThere"]) == (1, 2)
    assert (await clients(db))[0].couple_names == "Ana & Ben"


async def test_ambiguous_dates_are_resolved_once_per_file(
    supplier: GraphQLClient, db: Database
) -> None:
    file = "Name,Date\nEmma,03/04/2027\nZoe,05/06/2027\nAna,25/12/2027\n"
    preview = (await preview_import(supplier, file))["preview"]
    assert (preview["asksDateOrder"], preview["withErrors"]) == (True, 2)
    refused = await run_import(supplier, file)
    assert (refused["errors"][0]["code"], refused["errors"][0]["path"]) == (
        "REQUIRED", ["input", "dateOrder"],
    )  # fmt: skip
    assert await clients(db) == []
    payload = await run_import(supplier, file, dateOrder="DAY_FIRST")
    days = [row["weddingDate"] for row in payload["preview"]["rows"]]
    assert days == ["2027-04-03", "2027-06-05", "2027-12-25"]
    wrong = await preview_import(supplier, file, dateOrder="MONTH_FIRST")
    assert wrong["preview"]["withErrors"] == 1


async def test_suppliers_can_correct_the_column_mapping(supplier: GraphQLClient) -> None:
    file = "A,B\nemma@example.com,Emma & James\n"
    guessed = (await preview_import(supplier, file))["preview"]
    assert guessed["needsNames"] is True
    refused = await run_import(supplier, file)
    assert (refused["errors"][0]["code"], refused["errors"][0]["path"]) == (
        "INVALID", ["input", "columns"],
    )  # fmt: skip
    payload = await run_import(supplier, file, columns=["EMAIL", "COUPLE_NAMES"])
    assert payload["clientImport"]["added"] == 1
    headless = await preview_import(
        supplier, file, columns=["EMAIL", "COUPLE_NAMES"], hasHeader=False
    )
    assert brief(headless) == [(1, "ERROR"), (2, "ALREADY_THERE")]


async def test_duplicates_are_found_by_email_or_by_names_and_date(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    existing = await add_client(supplier, "Emma & James", email="Emma@Example.com")
    await add_client(supplier, "Zoe & Max", weddingDate="2027-05-01")
    await supplier.data(UPDATE, input={"id": existing["id"], "archived": True})
    await add_client(await new_supplier(visitor, db), "Ana & Ben", email="ana@example.com")
    file = (
        "Name,Mail,Date\nOther,emma@example.com,\nzoe &  max,,2027-05-01\n"
        "Ana & Ben,ana@example.com,\nAna B,ANA@example.com,\n"
    )
    payload = await run_import(supplier, file)
    assert [row["status"] for row in payload["preview"]["rows"]] == [
        "ALREADY_THERE", "ALREADY_THERE", "IMPORTED", "ALREADY_THERE",
    ]  # fmt: skip
    assert payload["preview"]["rows"][3]["duplicateOfRow"] == 4


async def test_repeating_an_import_returns_the_first_result(
    supplier: GraphQLClient, db: Database
) -> None:
    first = await run_import(supplier, FILE, key="once")
    repeated = await run_import(supplier, FILE, key="once")
    assert repeated["clientImport"] == first["clientImport"]
    assert await count(db, ClientImport) == 1
    other = await run_import(supplier, BROKEN, key="once")
    assert (other["errors"][0]["code"], other["errors"][0]["path"]) == (
        "INVALID", ["idempotencyKey"],
    )  # fmt: skip


async def test_concurrent_imports_of_one_file_add_each_row_once(
    supplier: GraphQLClient, db: Database
) -> None:
    done = await asyncio.gather(*(run_import(supplier, csv_of_couples(100)) for _ in range(3)))
    assert sum(one["clientImport"]["added"] for one in done) == 100
    assert await count(db, Client) == 100


async def test_an_import_records_one_event_and_audit_entry(
    supplier: GraphQLClient, db: Database
) -> None:
    payload = await run_import(supplier, BROKEN)
    async with db.read() as session:
        events = list(
            await session.scalars(select(LaunchEvent).where(LaunchEvent.kind == "clients.imported"))
        )
        query = select(Change).where(Change.event_id == events[0].id)
        (change,) = await session.scalars(query)
        kinds = set(await session.scalars(select(LaunchEvent.kind)))
    assert len(events) == 1
    assert "client.added" not in kinds
    assert payload["clientImport"]["added"] == events[0].payload["added"] == 2
    assert (change.after or {})["withErrors"] == 2
    setup = (await supplier.data(SUPPLIER_SETUP))["viewer"]["supplier"]["onboarding"]
    assert "first_client" in {step["key"].lower() for step in setup["steps"] if step["completedAt"]}
