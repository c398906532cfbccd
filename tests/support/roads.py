"""Two ways to the same answer: what is sent to both, and what both must say alike."""

import json
from typing import Any

import httpx2

from tests.support.graphql import GraphQLClient


async def post(client: GraphQLClient, body: bytes, **headers: str) -> httpx2.Response:
    """Just these bytes, as the caller that the client is."""
    sent = {"content-type": "application/json", **headers}
    if client.token:
        sent["authorization"] = f"Bearer {client.token}"
    return await client.raw("POST", "/graphql", content=body, headers=sent)


def told(response: httpx2.Response, *, any_error: bool = False) -> tuple[Any, ...]:
    """All of it in its order, but for ids and what points are left.

    `any_error`: where there is no data, which error came first does not count.
    """
    headers = dict(response.headers)
    assert int(headers.pop("content-length")) == len(response.content)
    headers.pop("x-request-id")
    body = response.json()
    body.get("extensions", {}).get("cost", {}).pop("remaining", None)
    if any_error:
        for error in body.get("errors", ()):
            error["extensions"].pop("requestId", None)
        if "errors" in body and body.get("data") is None:
            body["errors"] = "some"  # fields are resolved at once: which fails first differs
    return response.status_code, sorted(headers.items()), json.dumps(body)
