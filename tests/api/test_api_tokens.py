"""API tokens as clients see them (A41, A53)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from db.models.accounts import ApiToken
from db.session import Database
from tests.support.graphql import GraphQLClient

ERRORS = "errors { code message path }"
VIEWER = "{ viewer { email } }"
TOKENS = "{ apiTokens { id name prefix scopes revokedAt } }"
CREATE = (
    "mutation ($name: String!, $scopes: [Scope!]!, $until: DateTime)"
    " { createApiToken(name: $name, scopes: $scopes, expiresAt: $until)"
    f" {{ secret token {{ id prefix scopes }} {ERRORS} }} }}"
)
REVOKE = (
    f"mutation ($id: ID!) {{ revokeApiToken(id: $id) {{ token {{ id revokedAt }} {ERRORS} }} }}"
)
NO_SUCH_TOKEN = "QXBpVG9rZW46MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw"

Json = dict[str, Any]  # what a reply holds depends on its document


async def create(client: GraphQLClient, **variables: object) -> Json:
    sent = {"name": "CI", "scopes": ["TOKENS_ADMIN"], **variables}
    payload: Json = (await client.data(CREATE, **sent))["createApiToken"]
    return payload


async def revoke(client: GraphQLClient, key: str) -> Json:
    payload: Json = (await client.data(REVOKE, id=key))["revokeApiToken"]
    return payload


def codes(payload: Json) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def count(db: Database) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(ApiToken))).scalar_one()


async def test_a_token_is_shown_once_and_authenticates(admin: GraphQLClient) -> None:
    made = await create(admin)
    tool = admin.as_(made["secret"])
    (listed,) = (await tool.data(TOKENS))["apiTokens"]
    assert made["errors"] == []
    assert listed["prefix"] == made["secret"][:12]
    assert listed["scopes"] == ["TOKENS_ADMIN"]


async def test_me_is_null_for_tokens(admin: GraphQLClient) -> None:
    tool = admin.as_((await create(admin))["secret"])
    assert await tool.data(VIEWER) == {"viewer": None}


async def test_a_token_is_limited_to_its_scopes(admin: GraphQLClient) -> None:
    tool = admin.as_((await create(admin, scopes=["FLAGS_READ"]))["secret"])
    assert (await tool.execute(TOKENS)).codes == ["FORBIDDEN"]


async def test_a_revoked_token_is_rejected(admin: GraphQLClient) -> None:
    made = await create(admin)
    first = await revoke(admin, made["token"]["id"])
    second = await revoke(admin, made["token"]["id"])
    assert first["token"]["revokedAt"] is not None
    assert first == second
    assert (await admin.as_(made["secret"]).execute(TOKENS)).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(("key", "code"), [("nonsense", "INVALID"), (NO_SUCH_TOKEN, "NOT_FOUND")])
async def test_an_unknown_token_id_is_an_error_in_the_payload(
    admin: GraphQLClient, key: str, code: str
) -> None:
    assert codes(await revoke(admin, key)) == [(code, ["id"])]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": ""}, ("INVALID", ["name"])),
        ({"scopes": []}, ("REQUIRED", ["scopes"])),
        ({"scopes": ["SELF"]}, ("INVALID", ["scopes"])),
        ({"until": "2020-01-01T00:00:00Z"}, ("INVALID", ["expiresAt"])),
    ],
)
async def test_refused_token_names_the_argument(
    admin: GraphQLClient, db: Database, change: Json, error: tuple[str, list[str]]
) -> None:
    assert codes(await create(admin, **change)) == [error]
    assert await count(db) == 0


async def test_operator_and_supplier_may_not_touch_tokens(
    operator: GraphQLClient, supplier: GraphQLClient, db: Database
) -> None:
    for client in (operator, supplier):
        answer = await client.execute(CREATE, name="CI", scopes=["FLAGS_READ"])
        assert answer.codes == ["FORBIDDEN"]
        assert (await client.execute(TOKENS)).codes == ["FORBIDDEN"]
    assert await count(db) == 0


async def test_visitor_may_not_touch_tokens(
    visitor: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    made = await create(admin)
    answer = await visitor.execute(REVOKE, id=made["token"]["id"])
    assert answer.codes == ["UNAUTHENTICATED"]
    (listed,) = (await admin.data(TOKENS))["apiTokens"]
    assert listed["revokedAt"] is None
