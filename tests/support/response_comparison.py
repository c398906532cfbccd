"""Compare responses of the fast and the full execution path."""

import json
from typing import Any

import httpx2

from tests.support.graphql import GraphQLClient


async def post(client: GraphQLClient, body: bytes, **headers: str) -> httpx2.Response:
    """Send a raw request body as the caller of a client."""
    sent = {"content-type": "application/json", **headers}
    if client.token:
        sent["authorization"] = f"Bearer {client.token}"
    return await client.raw("POST", "/graphql", content=body, headers=sent)


def comparable_response(response: httpx2.Response, *, any_error: bool = False) -> tuple[Any, ...]:
    """Return everything that must be equal.

    Status, headers and body without ids and remaining quota.

    `any_error`: without data, it does not matter which error came first.
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
            body["errors"] = "some"  # fields are resolved concurrently: which fails first differs
    return response.status_code, sorted(headers.items()), json.dumps(body)
