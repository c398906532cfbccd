"""Suppliers, their profile and their clients over the API (S33 to S36, A53)."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from db.models.suppliers import Client
from db.session import Database
from domain.ids import global_id
from tests.factories.marketplace import (
    ADD,
    INVITE,
    PROFILE,
    UPDATE,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.graphql import GraphQLClient

LIST = """
query ($first: Int, $after: String, $status: ClientStatus, $search: String) {
  viewer { supplier { clients(first: $first, after: $after, status: $status, search: $search) {
    nodes { id coupleNames status } totalCount pageInfo { hasNextPage endCursor }
  } } }
}
"""


async def listed(client: GraphQLClient, **more: object) -> Any:  # noqa: ANN401 - JSON
    answer = await client.data(LIST, **more)
    return answer["viewer"]["supplier"]["clients"]


async def names(client: GraphQLClient, **more: object) -> list[str]:
    return [node["coupleNames"] for node in (await listed(client, **more))["nodes"]]


async def count(db: Database) -> int:
    async with db.read() as session:
        query = select(func.count()).select_from(Client)
        return (await session.execute(query)).scalar_one()


async def test_clients_are_added_with_all_fields(supplier: GraphQLClient) -> None:
    fields = {"email": "emma@example.com", "weddingDate": "2031-06-01", "notes": "outside"}
    client = await add_client(supplier, "  Emma  &  James ", **fields)
    assert client == {
        "id": client["id"], "coupleNames": "Emma & James", "status": "ADDED", **fields,
        "couple": None, "invitation": None,
    }  # fmt: skip


async def test_a_past_wedding_date_is_a_warning(supplier: GraphQLClient) -> None:
    """Decision 13: the date of the source's own test has passed."""
    answer = await supplier.data(
        ADD, input={"coupleNames": "Emma & James", "weddingDate": "2024-08-15"}
    )
    assert answer["addClient"]["warnings"] == ["This wedding date has passed."]
    assert answer["addClient"]["client"]["weddingDate"] == "2024-08-15"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"coupleNames": " \n "}, "REQUIRED", "coupleNames"),
        ({"coupleNames": "x" * 201}, "INVALID", "coupleNames"),
        ({"coupleNames": "E & J", "notes": "x" * 5001}, "INVALID", "notes"),
    ],
)
async def test_bad_input_names_its_field(
    supplier: GraphQLClient, db: Database, fields: dict[str, str], code: str, field: str
) -> None:
    (error,) = (await supplier.data(ADD, input=fields))["addClient"]["errors"]
    assert (error["code"], error["path"]) == (code, ["input", field])
    assert await count(db) == 0


async def test_an_email_belongs_to_one_client_per_supplier(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await add_client(supplier, email="emma@example.com")
    answer = await supplier.data(ADD, input={"coupleNames": "X", "email": "EMMA@example.com"})
    (error,) = answer["addClient"]["errors"]
    assert (error["code"], error["path"]) == ("UNIQUE", ["input", "email"])
    other = await new_supplier(visitor, db)
    assert (await add_client(other, email="emma@example.com"))["status"] == "ADDED"


async def test_concurrent_adds_of_one_email_add_one_client(
    supplier: GraphQLClient, db: Database
) -> None:
    sent = {"coupleNames": "Emma", "email": "emma@example.com"}
    answers = await asyncio.gather(*(supplier.data(ADD, input=sent) for _ in range(10)))
    errors = [answer["addClient"]["errors"] for answer in answers]
    assert sorted(len(of_one) for of_one in errors) == [0] + [1] * 9
    assert await count(db) == 1


async def test_repeating_an_add_returns_the_same_client(
    supplier: GraphQLClient, db: Database
) -> None:
    """Requirement A45."""
    sent = {"coupleNames": "Emma", "idempotencyKey": "k1"}
    first, second = [await supplier.data(ADD, input=sent) for _ in range(2)]
    assert first == second
    assert await count(db) == 1


async def test_clients_are_paged_newest_first(supplier: GraphQLClient) -> None:
    for index in range(5):
        await add_client(supplier, f"Couple {index}")
    page = await listed(supplier, first=2)
    assert [node["coupleNames"] for node in page["nodes"]] == ["Couple 4", "Couple 3"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, True)
    rest = await names(supplier, after=page["pageInfo"]["endCursor"])
    assert rest == ["Couple 2", "Couple 1", "Couple 0"]


async def test_clients_are_searched_by_name_and_e_mail(supplier: GraphQLClient) -> None:
    await add_client(supplier, "Emma & James", email="ej@example.com")
    await add_client(supplier, "100%_off")
    assert await names(supplier, search="emma") == ["Emma & James"]
    assert await names(supplier, search="EJ@") == ["Emma & James"]
    assert await names(supplier, search="%") == ["100%_off"]
    assert await names(supplier, search="  ") == ["100%_off", "Emma & James"]


async def test_clients_are_filtered_by_status(supplier: GraphQLClient) -> None:
    await add_client(supplier, "only added")
    await add_and_invite(supplier, "invited too")
    assert await names(supplier, status="INVITED") == ["invited too"]
    assert await names(supplier, status="CONNECTED") == []


async def test_a_client_is_edited_field_by_field(supplier: GraphQLClient) -> None:
    client = await add_client(supplier, email="emma@example.com", notes="outside")
    sent = {"id": client["id"], "notes": None, "weddingDate": "2031-06-01"}
    edited = (await supplier.data(UPDATE, input=sent))["updateClient"]["client"]
    assert (edited["notes"], edited["weddingDate"]) == (None, "2031-06-01")
    assert (edited["coupleNames"], edited["email"]) == ("Emma & James", "emma@example.com")


async def test_archiving_revokes_pending_invitations(supplier: GraphQLClient) -> None:
    """Requirement S9."""
    sent = await add_and_invite(supplier)
    answer = await supplier.data(UPDATE, input={"id": sent.client_id, "archived": True})
    client = answer["updateClient"]["client"]
    assert (client["status"], client["invitation"]["status"]) == ("INACTIVE", "REVOKED")
    repeated = await supplier.data(INVITE, clientId=sent.client_id)
    assert repeated["inviteClient"]["errors"][0]["code"] == "INVALID_TRANSITION"


async def test_archived_clients_can_be_restored_and_invited(supplier: GraphQLClient) -> None:
    sent = await add_and_invite(supplier)
    for archived, status in ((True, "INACTIVE"), (True, "INACTIVE"), (False, "ADDED")):
        answer = await supplier.data(UPDATE, input={"id": sent.client_id, "archived": archived})
        assert answer["updateClient"]["client"]["status"] == status
    repeated = await supplier.data(INVITE, clientId=sent.client_id)
    assert repeated["inviteClient"]["invitation"]["status"] == "SENT"


async def test_archiving_ends_a_partnership_and_accepting_again_revives_it(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """S11: accepting after a disconnect is an upsert, not an error; only accepting connects."""
    couple, sent = await new_couple(visitor, db), await add_and_invite(supplier)
    first = await accept_invitation(couple, sent)
    await supplier.data(UPDATE, input={"id": sent.client_id, "archived": True})
    document = "{ viewer { couple { partnerships { nodes { id isActive } } } } }"
    nodes = (await couple.data(document))["viewer"]["couple"]["partnerships"]["nodes"]
    assert nodes == [{"id": first["partnership"]["id"], "isActive": False}]
    back = await supplier.data(UPDATE, input={"id": sent.client_id, "archived": False})
    assert back["updateClient"]["client"]["status"] == "ADDED"
    url = (await supplier.data(INVITE, clientId=sent.client_id))["inviteClient"]["invitation"]
    code = url["acceptUrl"].rpartition("/")[2]
    repeated = await accept_invitation(couple, type(sent)(url["id"], sent.client_id, code))
    assert repeated["partnership"]["id"] == first["partnership"]["id"]
    assert repeated["partnership"]["isActive"] is True


async def test_tokens_can_act_for_a_named_supplier(
    supplier: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient
) -> None:
    """The scopes of addClient: SELF or DIRECTORY_WRITE."""
    tool = visitor.as_(await token(admin, "DIRECTORY_WRITE"))
    supplier_id = (await supplier.data("{ viewer { supplier { id } } }"))["viewer"]["supplier"][
        "id"
    ]
    nobody = await tool.data(ADD, input={"coupleNames": "Emma"})
    assert nobody["addClient"]["errors"][0]["path"] == ["input", "supplierId"]
    client = await add_client(tool, "Emma", supplierId=supplier_id)
    assert await names(supplier) == ["Emma"]
    bare = await tool.data(INVITE, clientId=client["id"])
    assert bare["inviteClient"]["errors"][0]["code"] == "REQUIRED"
    sent = [await tool.data(INVITE, clientId=client["id"], key="k") for _ in range(2)]
    first, second = (answer["inviteClient"]["invitation"] for answer in sent)
    assert first["acceptUrl"] is not None
    assert second == first  # M2: a repeat shows the link again


async def token(admin: GraphQLClient, *scopes: str) -> str:
    document = """mutation ($scopes: [Scope!]!) {
      createApiToken(name: "tool", scopes: $scopes) { secret } }"""
    secret = (await admin.data(document, scopes=scopes))["createApiToken"]["secret"]
    assert isinstance(secret, str)
    return secret


async def test_suppliers_cannot_add_clients_for_others(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    other = await new_supplier(visitor, db)
    other_id = (await other.data("{ viewer { supplier { id } } }"))["viewer"]["supplier"]["id"]
    answer = await supplier.data(ADD, input={"coupleNames": "Emma", "supplierId": other_id})
    assert answer["addClient"]["errors"][0]["code"] == "NOT_FOUND"
    assert await count(db) == 0


async def test_unknown_ids_are_not_found(supplier: GraphQLClient) -> None:
    for key, code in ((global_id("Client", uuid4()), "NOT_FOUND"), ("junk", "INVALID")):
        answer = await supplier.data(UPDATE, input={"id": key, "notes": "x"})
        assert answer["updateClient"]["errors"][0]["code"] == code


async def test_a_profile_is_saved_and_completes_its_step(supplier: GraphQLClient) -> None:
    """Requirement S34."""
    fields = {"businessName": " Sarah's  Photos ", "vendorType": "PHOTOGRAPHER"}
    business = (await supplier.data(PROFILE, input=fields))["updateProfile"]["user"]["supplier"]
    assert (business["businessName"], business["vendorType"]) == ("Sarah's  Photos", "PHOTOGRAPHER")
    assert business["onboarding"] == {"percentComplete": 33, "currentStep": "first_client"}


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"businessName": None}, "REQUIRED", "businessName"),
        ({"businessName": "  "}, "INVALID", "businessName"),
        ({"partner1Name": "Emma"}, "INVALID", "partner1Name"),
    ],
)
async def test_a_bad_profile_names_its_field(
    supplier: GraphQLClient, fields: dict[str, str], code: str, field: str
) -> None:
    (error,) = (await supplier.data(PROFILE, input=fields))["updateProfile"]["errors"]
    assert (error["code"], error["path"]) == (code, ["input", field])


async def test_the_business_email_of_another_supplier_is_refused(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    other = await new_supplier(visitor, db)
    await other.data(PROFILE, input={"email": "hello@photos.example"})
    answer = await supplier.data(PROFILE, input={"email": "Hello@photos.example"})
    assert answer["updateProfile"]["errors"][0]["code"] == "UNIQUE"


async def test_couples_can_save_and_clear_their_details(
    visitor: GraphQLClient, db: Database
) -> None:
    couple = await new_couple(visitor, db)
    fields = {"partner1Name": "Emma", "partner2Name": "James", "weddingDate": "2024-08-15"}
    answer = (await couple.data(PROFILE, input=fields))["updateProfile"]
    assert answer["warnings"] == ["This wedding date has passed."]
    assert answer["user"]["couple"]["onboarding"] == {"percentComplete": 50}
    cleared = (await couple.data(PROFILE, input={"weddingDate": None}))["updateProfile"]
    assert cleared["user"]["couple"]["weddingDate"] is None
    assert cleared["user"]["couple"]["partner1Name"] == "Emma"


async def test_staff_have_no_profile(admin: GraphQLClient) -> None:
    answer = await admin.data(PROFILE, input={"businessName": "X"})
    assert answer["updateProfile"]["errors"][0]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("text", ["a\x00b", "\u202e evil", "\x07"])
async def test_unusual_characters_cause_no_internal_error(
    supplier: GraphQLClient, text: str
) -> None:
    for field in ("coupleNames", "notes"):
        fields = {"coupleNames": "Emma", field: text}
        assert "INTERNAL" not in (await supplier.execute(ADD, input=fields)).codes
    assert "INTERNAL" not in (await supplier.execute(LIST, search=text)).codes


async def test_lone_surrogates_cause_no_internal_error(
    supplier: GraphQLClient, db: Database
) -> None:
    body = json.dumps({"query": ADD, "variables": {"input": {"coupleNames": "\ud800"}}})
    headers = {"authorization": f"Bearer {supplier.token}", "content-type": "application/json"}
    answer = await supplier.raw("POST", "/graphql", content=body, headers=headers)
    assert "INTERNAL" not in answer.text
    assert await count(db) == 0
