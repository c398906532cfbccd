"""Flags that the environment of a process forces off (S118, S53, A6)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.actors import Role
from settings import Settings
from tests.factories import user_sessions
from tests.factories.health import PROBES
from tests.factories.launches import make_flag
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SEEN = "{ viewerFlags { flags { key value reason } } }"
SHOWN = "{ flagKills { key source at reason isRecorded by { __typename } } }"
LIFT = """mutation { liftKills(input: { keys: ["mvp_chat"], reason: "It is repaired." }) {
  kills { key } warnings errors { code } } }"""


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As the runbook says: one flag by its key."""
    monkeypatch.setenv("FLAGS_KILLED", '["mvp_chat"]')
    return settings.model_copy(update={"flags_killed": Settings().flags_killed})


@pytest.fixture
async def killing(
    db: Database, environment: Settings, clock: Clock
) -> AsyncIterator[GraphQLClient]:
    app: Starlette = create_app(environment, clock, PROBES)
    async with running(app.state.runtime):
        yield GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))


async def test_an_environment_kill_overrides_the_database_for_its_flag_only(
    killing: GraphQLClient,
) -> None:
    """S118: the kill switch of a deployment; who switches the flag on there changes nothing."""
    for key in ("mvp_chat", "mvp_search"):
        await make_flag(killing, key, enabled=True, rolloutPercentage=100)
    flags = (await killing.data(SEEN))["viewerFlags"]["flags"]
    values = {flag["key"]: (flag["value"], flag["reason"]) for flag in flags}
    assert values["mvp_chat"] == (False, "DISABLED")
    assert values["mvp_search"][0] is True


async def test_an_environment_kill_is_listed_and_cannot_be_lifted(killing: GraphQLClient) -> None:
    """L11: an operator sees why the flag is off, and where it can be ended."""
    await make_flag(killing, "mvp_chat", enabled=True, rolloutPercentage=100)
    (shown,) = (await killing.data(SHOWN))["flagKills"]
    assert shown == {
        "key": "mvp_chat",
        "source": "ENVIRONMENT",
        "at": None,
        "reason": None,
        "isRecorded": False,
        "by": None,
    }
    done = (await killing.data(LIFT))["liftKills"]
    assert done["kills"] == [{"key": "mvp_chat"}]
    assert done["warnings"] == [
        "mvp_chat stays off: FLAGS_KILLED in the environment of the server says so."
    ]
