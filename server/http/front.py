"""What stands before strawberry's view, and answers what it can."""

from typing import Protocol

from starlette.responses import Response

from schema.context import Context
from server.http.requests import GraphQLRequest


class Front(Protocol):
    """Query plans, as the view knows them."""

    async def answer(self, request: GraphQLRequest) -> Response | None:
        """To a POST whose head was checked; None: it is answered as ever."""
        ...

    def remember(self, context: Context) -> None:
        """It was answered as ever."""
        ...
