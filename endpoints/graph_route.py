"""Requests of the graph go past starlette's routing, which costs each a tenth of its time."""

from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/graphql"


class GraphRoute:
    """The innermost middleware. Sockets, and whatever else has a path, are routed as ever."""

    def __init__(self, app: ASGIApp, view: ASGIApp) -> None:
        """`app` has the view among its routes too: `view` answers the same."""
        self._app, self._view = app, view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The view raises what the server's error handler takes, and nothing for starlette's."""
        is_graph = scope["type"] == "http" and scope["path"] == PATH and not scope.get("root_path")
        await (self._view if is_graph else self._app)(scope, receive, send)
