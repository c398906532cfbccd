"""Automatic persisted queries and the list of trusted documents (SPEC A48)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from services.documents import hash_of
from settings import Settings
from tests.clock import Clock
from tests.factories.health import PROBES
from tests.graphql import GraphQLClient
from tests.sockets import serving, socket

DOCUMENT = "query Trusted { __typename }"
NAMED = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(DOCUMENT)}}}


@pytest.fixture
async def strict(
    db: Database, redis: Redis, settings: Settings, clock: Clock, tmp_path: Path
) -> AsyncIterator[Starlette]:
    """An app that runs one document only."""
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({hash_of(DOCUMENT): DOCUMENT}))
    trusted = {"trusted_documents": manifest, "trusted_documents_only": True}
    app = create_app(settings.model_copy(update=trusted), clock, PROBES)
    async with running(app.state.runtime):
        yield app


async def post(client: GraphQLClient, **body: object) -> tuple[int, dict[str, object]]:
    answer = await client.raw("POST", "/graphql", json=body)
    return answer.status_code, answer.json()


async def test_a_document_is_sent_once_then_named(visitor: GraphQLClient) -> None:
    status, unknown = await post(visitor, **NAMED)
    assert (status, unknown["errors"]) == (
        200,
        [
            {
                "message": "PersistedQueryNotFound",
                "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
            }
        ],
    )
    assert (await post(visitor, query=DOCUMENT, **NAMED))[1]["data"] == {"__typename": "Query"}
    assert (await post(visitor, **NAMED))[1]["data"] == {"__typename": "Query"}
    by_get = {"extensions": json.dumps(NAMED["extensions"])}
    assert (await visitor.raw("GET", "/graphql", params=by_get)).status_code == 200
    identifier = f"sha256:{hash_of(DOCUMENT)}"
    assert (await post(visitor, documentId=identifier))[1]["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    "persisted",
    [
        1, [], {}, {"version": 2, "sha256Hash": hash_of(DOCUMENT)}, {"version": 1},
        {"version": 1, "sha256Hash": 1}, {"version": 1, "sha256Hash": "0" * 64},
    ],
)  # fmt: skip
async def test_a_hash_that_is_none_is_a_400(visitor: GraphQLClient, persisted: object) -> None:
    status, _ = await post(visitor, query=DOCUMENT, extensions={"persistedQuery": persisted})
    assert status == 400


async def test_a_mutation_is_not_named_by_get(visitor: GraphQLClient) -> None:
    document = "mutation { logOut }"
    named = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document)}}
    await post(visitor, query=document, extensions=named)
    by_get = {"extensions": json.dumps(named)}
    assert (await visitor.raw("GET", "/graphql", params=by_get)).status_code == 405


async def test_where_only_trusted_documents_run_others_are_refused(strict: Starlette) -> None:
    client = GraphQLClient(strict)
    assert (await post(client, **NAMED))[1]["data"] == {"__typename": "Query"}
    assert (await client.execute(DOCUMENT)).data == {"__typename": "Query"}
    assert (await client.execute("{ __typename }")).codes == ["FORBIDDEN"]
    async with serving(strict) as address, socket(address) as live:
        refused = await (await live.subscribe("{ __typename }")).message()
        assert refused["payload"][0]["extensions"]["code"] == "FORBIDDEN"
