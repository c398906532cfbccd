"""A text in which an address is hidden from a caller does not replace the address (SEC10)."""

from typing import Any

import pytest

from db.session import Database
from domain.actors import Scope
from tests.factories.launches import make_flag
from tests.factories.tokens import new_token
from tests.support.graphql import GraphQLClient

FLAG = '{ featureFlag(key: "chat") { description targetGroups } }'
UPDATE = """mutation ($input: UpdateFeatureFlagInput!) {
  it: updateFeatureFlag(input: $input) { errors { code path } } }"""
APPLY = """mutation ($file: LaunchFileInput!) {
  it: applyLaunch(file: $file, planHash: "x") { errors { code path } } }"""
OWNER = "Ask ann@wedsync.com."


@pytest.fixture
async def tool(admin: GraphQLClient, db: Database) -> GraphQLClient:
    """A tool that may change everything and see nobody, and a flag whose text names somebody."""
    await make_flag(admin, "chat", description=OWNER)
    return admin.as_(await new_token(db, frozenset(Scope) - {Scope.PEOPLE_READ, Scope.SELF}))


@pytest.mark.parametrize(
    ("document", "variables", "path"),
    [
        (UPDATE, {"input": {"key": "chat", "description": "%s"}}, ["input", "description"]),
        (
            UPDATE,
            {"input": {"key": "chat", "targetGroups": ["a", "user:%s"]}},
            ["input", "targetGroups", "1"],
        ),
        (
            APPLY,
            {"file": {"flags": [{"key": "chat", "description": "%s"}]}},
            ["file", "flags", "0", "description"],
        ),
    ],
)
async def test_a_hidden_address_is_not_written_back(
    admin: GraphQLClient,
    tool: GraphQLClient,
    document: str,
    variables: dict[str, Any],
    path: list[str],
) -> None:
    shown = (await tool.data(FLAG))["featureFlag"]["description"]
    assert shown == "Ask (hidden)."
    answer = (await tool.data(document, **_fill(variables, shown)))["it"]
    assert answer["errors"] == [{"code": "INVALID", "path": path}]
    assert (await admin.data(FLAG))["featureFlag"] == {"description": OWNER, "targetGroups": []}


async def test_who_sees_addresses_may_write_these_words(admin: GraphQLClient) -> None:
    await make_flag(admin, "chat")
    answer = await admin.data(UPDATE, input={"key": "chat", "description": "Off (hidden)."})
    assert answer["it"]["errors"] == []


def _fill(value: Any, text: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _fill(item, text) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, text) for item in value]
    return value.replace("%s", text)
