"""A small GraphQL client for the real app over ASGI, without a socket."""

from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.applications import Starlette


class GraphQLFailed(AssertionError):
    """Raised for a response with top-level errors that the test did not expect."""


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """The data and errors of a response."""

    status: int
    body: dict[str, Any]
    headers: httpx2.Headers

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever the document asked for
        """Return the data; fail if there are errors."""
        if "errors" in self.body:
            raise GraphQLFailed(self.body["errors"])
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """Return `extensions.code` of each top-level error."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


class GraphQLClient:
    """Sends documents as a caller; without a `token`, as a visitor."""

    def __init__(self, app: Starlette, token: str | None = None) -> None:
        """Create a client. Clients are cheap: use one per person in a test."""
        self.app = app
        self.token = token
        self._http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://launch.test"
        )

    def as_(self, token: str | None) -> "GraphQLClient":
        """Return a client of the same app for another caller."""
        return GraphQLClient(self.app, token)

    async def execute(
        self,
        document: str,
        /,
        *,
        headers: dict[str, str] | None = None,
        **variables: Any,  # noqa: ANN401 - whatever is JSON
    ) -> GraphQLResponse:
        """Execute an operation with its variables as keyword arguments."""
        sent = dict(headers or {})
        if self.token is not None:
            sent["authorization"] = f"Bearer {self.token}"
        response = await self._http.post(
            "/graphql", json={"query": document, "variables": variables}, headers=sent
        )
        return GraphQLResponse(response.status_code, response.json(), response.headers)

    async def data(self, document: str, /, **variables: Any) -> Any:  # noqa: ANN401 - whatever was asked for
        """Execute an operation that must succeed and return its data."""
        return (await self.execute(document, **variables)).data

    async def raw(self, method: str, url: str, **options: Any) -> httpx2.Response:  # noqa: ANN401 - passed on
        """Send any HTTP request."""
        return await self._http.request(method, url, **options)
