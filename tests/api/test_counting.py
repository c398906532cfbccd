"""What counts as a request beside the graph."""

import pytest
from starlette.applications import Starlette

from tests.support.graphql import GraphQLClient


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/ofrep/v1/evaluate/flags", 200), ("POST", "/ofrep/v1/evaluate/flags/none", 404),
        ("GET", "/badge/database.svg", 200), ("POST", "/heartbeat/backup", 401),
        ("GET", "/unsubscribe/none", 404),
    ],
)  # fmt: skip
async def test_requests_outside_graphql_are_counted(
    app: Starlette, visitor: GraphQLClient, method: str, path: str, status: int
) -> None:
    """S63, A50: OFREP above all, which applications ask all day."""
    assert (await visitor.raw(method, path)).status_code == status
    totals = app.state.runtime.meter.so_far()
    assert (totals["requests_total"].total, totals["response_time_ms"].samples) == (1, 1)
    assert totals["request_errors_total"].total == 0


async def test_crashes_outside_graphql_are_counted_as_errors(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.runtime.health, "latest", None)
    with pytest.raises(TypeError):
        await GraphQLClient(app).raw("GET", "/badge/database.svg")
    assert app.state.runtime.meter.so_far()["request_errors_total"].total == 1
