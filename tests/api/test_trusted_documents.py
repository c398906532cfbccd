"""Automatic persisted queries and the list of trusted documents (A48)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.health.health import Outcome
from endpoints.pages import BUILT
from services.health.probes.api import ApiProbe
from services.health.probes.realtime import RealtimeProbe
from services.platform.documents import hash_of
from settings import Settings
from tests.architecture.generated import DOCUMENTS as COMMANDS
from tests.factories.health import PROBES
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

MANIFESTS = (BUILT / "documents.json", COMMANDS)
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


async def test_a_document_is_sent_once_and_then_referenced_by_hash(visitor: GraphQLClient) -> None:
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
async def test_an_invalid_hash_gets_400(visitor: GraphQLClient, persisted: object) -> None:
    status, _ = await post(visitor, query=DOCUMENT, extensions={"persistedQuery": persisted})
    assert status == 400


async def test_mutations_by_hash_are_refused_over_get(visitor: GraphQLClient) -> None:
    document = "mutation { logOut }"
    named = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document)}}
    await post(visitor, query=document, extensions=named)
    by_get = {"extensions": json.dumps(named)}
    assert (await visitor.raw("GET", "/graphql", params=by_get)).status_code == 405


async def test_untrusted_documents_are_refused_if_only_trusted_ones_are_allowed(
    strict: Starlette,
) -> None:
    client = GraphQLClient(strict)
    assert (await post(client, **NAMED))[1]["data"] == {"__typename": "Query"}
    assert (await client.execute(DOCUMENT)).data == {"__typename": "Query"}
    refused_here = (await client.execute("{ __typename }")).body["errors"][0]["extensions"]
    assert refused_here == {"code": "FORBIDDEN", "reason": "UNTRUSTED_DOCUMENT"}
    async with serving(strict) as address, socket(address) as live:
        refused = await (await live.subscribe("{ __typename }")).message()
        assert refused["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_sockets_accept_documents_by_hash(visitor: GraphQLClient) -> None:
    """A48: by `persistedQuery` with no text or an empty one, and by `documentId`."""
    document = "query Heard { __typename }"
    persisted = {"version": 1, "sha256Hash": hash_of(document)}
    named = {"extensions": {"persistedQuery": persisted}}
    by_id = {"documentId": f"sha256:{hash_of(document)}"}
    async with serving(visitor.app) as address, socket(address) as live:
        unknown = await (await live.operate(named)).message()
        assert unknown["type"] == "error"
        assert unknown["payload"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
        for payload in ({"query": document, **named}, named, {"query": "", **named}, by_id):
            assert await (await live.operate(payload)).next() == {"__typename": "Query"}


@pytest.mark.parametrize(
    "payload",
    [
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
        {"query": DOCUMENT, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}},
        {"extensions": {"persistedQuery": 1}},
    ],
)
async def test_an_invalid_hash_on_a_socket_ends_only_its_operation(
    visitor: GraphQLClient, payload: object
) -> None:
    async with serving(visitor.app) as address, socket(address) as live:
        refused = await (await live.operate(payload)).message()
        assert refused["payload"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
        assert await (await live.subscribe(DOCUMENT)).next() == {"__typename": "Query"}


async def test_documents_of_pages_commands_and_checks_are_trusted(strict: Starlette) -> None:
    """A48: with nothing but TRUSTED_DOCUMENTS_ONLY the product works as a whole."""
    documents = strict.state.runtime.documents
    for manifest in MANIFESTS:
        texts = json.loads(manifest.read_text())
        assert [text for name, text in texts.items() if documents.find(name) != text] == []
        assert [text for text in texts.values() if not documents.allows(text)] == []
    async with serving(strict) as address:
        url = f"http://{address}"
        redis = strict.state.runtime.redis
        for probe in (ApiProbe(url), RealtimeProbe(redis, url)):
            assert (await probe.run()).outcome is Outcome.PASSED


async def test_the_explorer_page_explains_that_only_trusted_documents_run(
    strict: Starlette, visitor: GraphQLClient
) -> None:
    """ADR 24: for everybody, whoever asks."""
    for client, documents in ((GraphQLClient(strict), "trusted"), (visitor, "any")):
        page = await client.raw("GET", "/explorer", headers={"accept": "text/html"})
        assert f'<meta name="documents" content="{documents}"' in page.text
