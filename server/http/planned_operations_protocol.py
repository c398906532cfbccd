"""What the view needs of `server.http.planned_operations`, without its imports."""

from typing import Protocol

from starlette.responses import Response

from schema.context import Context
from server.http.requests import GraphQLRequest


class PlannedOperationsProtocol(Protocol):
    """Answers operations by their query plans."""

    async def answer(self, request: GraphQLRequest) -> Response | None:
        """Answer a validated POST, or return None to fall back to the executor."""
        ...

    def remember(self, context: Context) -> None:
        """Remember the operation that the executor has just answered."""
        ...
