"""Nothing of ours leaves in an error: no text of an exception, SQL, path or suggestion."""

import pytest

from server.cost.cost_limiter import QueryCostLimiter
from tests.support.graphql import GraphQLClient


class Broken(Exception):
    """What an exception of ours may hold."""


async def test_unexpected_errors_around_an_operation_are_masked(
    visitor: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: QueryCostLimiter) -> None:
        raise Broken("SELECT secret FROM /etc/passwd")

    monkeypatch.setattr(QueryCostLimiter, "refusal", broken)
    answer = await visitor.execute("{ __typename }")
    assert answer.codes == ["INTERNAL"]
    assert answer.body["errors"][0]["extensions"]["requestId"] == answer.headers["x-request-id"]
    assert "SELECT" not in str(answer.body)
