"""A tiny GraphQL client over ASGI: the real app, without a socket."""

from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.applications import Starlette


class GraphQLFailed(AssertionError):
    """The answer has top-level errors that the test did not expect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Data and errors of one answer."""

    status: int
    body: dict[str, Any]
    headers: httpx2.Headers

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever the document asked for
        """The data; fails where there are errors."""
        if "errors" in self.body:
            raise GraphQLFailed(self.body["errors"])
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """`extensions.code` of each top-level error."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


class GraphQLClient:
    """Sends documents as somebody; `token` None is a visitor."""

    def __init__(self, app: Starlette, token: str | None = None) -> None:
        """Clients are cheap: one for each person of a test."""
        self.app = app
        self.token = token
        self._http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://launch.test"
        )

    def as_(self, token: str | None) -> "GraphQLClient":
        """The same app, somebody else."""
        return GraphQLClient(self.app, token)

    async def execute(
        self,
        document: str,
        /,
        *,
        headers: dict[str, str] | None = None,
        **variables: Any,  # noqa: ANN401 - whatever is JSON
    ) -> Answer:
        """One operation; variables are given by name."""
        sent = dict(headers or {})
        if self.token is not None:
            sent["authorization"] = f"Bearer {self.token}"
        response = await self._http.post(
            "/graphql", json={"query": document, "variables": variables}, headers=sent
        )
        return Answer(response.status_code, response.json(), response.headers)

    async def data(self, document: str, /, **variables: Any) -> Any:  # noqa: ANN401 - whatever was asked for
        """The data of one operation that must succeed."""
        return (await self.execute(document, **variables)).data

    async def raw(self, method: str, url: str, **options: Any) -> httpx2.Response:  # noqa: ANN401 - passed on
        """Any request."""
        return await self._http.request(method, url, **options)
