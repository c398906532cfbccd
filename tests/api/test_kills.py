"""Kill switches over the API: permission, reason, audit, event, and a mark in every list (L11)."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from tests.api.test_ofrep import ALL, CONTEXT, ask
from tests.api.test_ofrep_streams import notices
from tests.factories.kills import kill_record
from tests.factories.launches import make_flag, make_phase
from tests.factories.propagation import runtime_of
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.http import http_client
from tests.support.sockets import serving, socket

KILL = """mutation ($keys: [String!]!, $reason: String = "It fails.") {
  killFlags(input: { keys: $keys, reason: $reason }) {
    kills { key source reason isRecorded } warnings errors { code path message } } }"""
LIFT = """mutation ($keys: [String!]!) {
  liftKills(input: { keys: $keys, reason: "It is repaired." }) {
    kills { key } warnings errors { code path message } } }"""
FLAGS = "{ featureFlags(first: 10) { nodes { key enabled version kill { key reason } } } }"
OF_PHASES = "{ launchPhases { flags { flag { key kill { key } } } } }"
KILLS = "{ flagKills { key source at reason isRecorded by { ... on User { email } } } }"
VALUES = "{ viewerFlags { etag flags { key value reason } } }"
EVENTS = """{ launchEvents(first: 1, newestFirst: true) { nodes {
  __typename summary ... on KillEvent { key killed reason } } } }"""
CHANGES = """{ changes(first: 2, subject: FLAG) { nodes {
  action reason before after revertible subject { ... on FeatureFlag { key } } } } }"""
STREAM = 'subscription { featureFlags(keys: ["mvp_chat"]) { key enabled kill { reason } } }'
THEN = """query ($at: DateTime!) {
  evaluateFlags(input: { keys: ["mvp_chat"], at: $at }) { flags { value } } }"""


@pytest.fixture(autouse=True)
async def flags(admin: GraphQLClient) -> None:
    for key in ("mvp_chat", "mvp_maps"):
        await make_flag(admin, key, enabled=True, rolloutPercentage=100)


async def kill(client: GraphQLClient, *keys: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(KILL, keys=list(keys)))["killFlags"]


async def lift(client: GraphQLClient, *keys: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(LIFT, keys=list(keys)))["liftKills"]


async def values(client: GraphQLClient) -> dict[str, bool]:
    flags = (await client.data(VALUES))["viewerFlags"]["flags"]
    return {flag["key"]: flag["value"] for flag in flags}


async def marks(client: GraphQLClient) -> dict[str, str | None]:
    """The reason of each flag's kill, as the list shows it."""
    nodes = (await client.data(FLAGS))["featureFlags"]["nodes"]
    return {flag["key"]: (flag["kill"] or {}).get("reason") for flag in nodes}


async def test_a_kill_is_in_force_when_the_mutation_returns(
    operator: GraphQLClient, visitor: GraphQLClient
) -> None:
    assert await marks(operator) == {"mvp_chat": None, "mvp_maps": None}
    done = await kill(operator, "mvp_chat")
    assert (done["errors"], done["warnings"]) == ([], [])
    assert done["kills"] == [
        {"key": "mvp_chat", "source": "SWITCH", "reason": "It fails.", "isRecorded": True}
    ]
    assert await values(visitor) == {"mvp_chat": False, "mvp_maps": True}
    assert await marks(operator) == {"mvp_chat": "It fails.", "mvp_maps": None}
    assert (await lift(operator, "mvp_chat"))["kills"] == []
    assert await values(visitor) == {"mvp_chat": True, "mvp_maps": True}
    assert await marks(operator) == {"mvp_chat": None, "mvp_maps": None}


async def test_phases_mark_their_killed_flags(admin: GraphQLClient) -> None:
    await make_phase(admin, "chat_phase", flags=("mvp_pay",))
    for expected in (None, {"key": "*"}):
        (phase,) = (await admin.data(OF_PHASES))["launchPhases"]
        assert phase["flags"][0]["flag"] == {"key": "mvp_pay", "kill": expected}
        await kill(admin, "*")


async def test_kills_are_recorded_in_audit_and_feed(operator: GraphQLClient) -> None:
    await kill(operator, "mvp_chat")
    (shown,) = (await operator.data(KILLS))["flagKills"]
    assert (shown["key"], shown["reason"]) == ("mvp_chat", "It fails.")
    assert shown["at"]
    assert shown["by"]["email"]
    (event,) = (await operator.data(EVENTS))["launchEvents"]["nodes"]
    assert event == {
        "__typename": "KillEvent",
        "summary": "Flag mvp_chat killed: It fails.",
        "key": "mvp_chat",
        "killed": True,
        "reason": "It fails.",
    }
    await lift(operator, "mvp_chat")
    lifted, killed = (await operator.data(CHANGES))["changes"]["nodes"]
    assert (killed["action"], lifted["action"]) == ("killed", "kill lifted")
    assert (killed["before"]["killed"], killed["after"]["killed"]) == (False, True)
    assert (killed["revertible"], killed["subject"]) == (False, {"key": "mvp_chat"})
    assert lifted["reason"] == "It is repaired."


@pytest.mark.parametrize(
    ("keys", "reason", "code", "path"),
    [
        (["nope_flag"], "why", "NOT_FOUND", ["input", "keys"]),
        (["mvp_chat", "Nope"], "why", "NOT_FOUND", ["input", "keys"]),
        ([], "why", "REQUIRED", ["input", "keys"]),
        (["mvp_chat"], "  ", "REQUIRED", ["input", "reason"]),
        ([f"mvp_{n}" for n in range(101)], "why", "INVALID", ["input", "keys"]),
    ],
)
async def test_bad_input_is_refused_by_field_and_kills_nothing(
    operator: GraphQLClient, keys: list[str], reason: str, code: str, path: list[str]
) -> None:
    """L11: `nope_flag` was accepted."""
    (error,) = (await operator.data(KILL, keys=keys, reason=reason))["killFlags"]["errors"]
    assert (error["code"], error["path"]) == (code, path)
    assert (await operator.data(KILLS))["flagKills"] == []


async def test_killing_requires_the_flags_write_scope(
    viewer: GraphQLClient, visitor: GraphQLClient
) -> None:
    for client, code in ((viewer, "FORBIDDEN"), (visitor, "UNAUTHENTICATED")):
        for document in (KILL, LIFT):
            assert (await client.execute(document, keys=["mvp_chat"])).codes == [code]


async def test_lifting_a_kill_names_what_keeps_the_flag_off(operator: GraphQLClient) -> None:
    await kill(operator, "*")
    warnings = (await lift(operator, "mvp_chat"))["warnings"]
    assert warnings == [
        "mvp_chat was not killed.",
        "mvp_chat stays off: every flag is killed (`*`).",
    ]
    assert await marks(operator) == {"mvp_chat": "It fails.", "mvp_maps": "It fails."}


async def test_flags_created_or_switched_on_later_stay_killed(
    admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """A sequence: kill all, make a flag, switch another off and on, lift one, lift all."""
    await kill(admin, "*", "mvp_maps")
    await make_flag(admin, "mvp_new", enabled=True, rolloutPercentage=100)
    for state in ("false", "true"):
        await admin.data(f"""mutation {{ toggleFeatureFlag(
          input: {{ key: "mvp_chat", enabled: {state} }}) {{ errors {{ code }} }} }}""")
    assert set((await values(visitor)).values()) == {False}
    await lift(admin, "*")
    assert await values(visitor) == {"mvp_chat": True, "mvp_maps": False, "mvp_new": True}
    await lift(admin, "mvp_maps")
    assert set((await values(visitor)).values()) == {True}


async def test_past_values_respect_the_kills_of_that_time(
    operator: GraphQLClient, clock: Clock
) -> None:
    moments = [clock()]
    for step in (kill, lift):
        await step(operator, "mvp_chat")
        moments.append(clock())
    values = [
        (await operator.data(THEN, at=at.isoformat()))["evaluateFlags"]["flags"][0]["value"]
        for at in moments
    ]
    assert values == [True, False, True]


async def test_live_lists_receive_kills(app: Starlette, operator: GraphQLClient) -> None:
    assert operator.token is not None
    async with serving(app) as address, socket(address, operator.token) as client:
        stream = await client.subscribe(STREAM)
        assert (await stream.next())["featureFlags"]["kill"] is None
        await kill(operator, "mvp_chat")
        assert (await stream.next())["featureFlags"] == {
            "key": "mvp_chat",
            "enabled": True,
            "kill": {"reason": "It fails."},
        }
        await lift(operator, "mvp_chat")
        assert (await stream.next())["featureFlags"]["kill"] is None


async def test_ofrep_marks_a_killed_flag(visitor: GraphQLClient, operator: GraphQLClient) -> None:
    before = await ask(visitor)
    await kill(operator, "mvp_chat")
    one = (await ask(visitor, "mvp_chat")).json()
    assert (one["value"], one["reason"]) == (False, "DISABLED")
    assert one["metadata"] == {"flagVersion": 1, "killed": True}
    after = await ask(visitor, if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert [flag["metadata"].get("killed") for flag in after.json()["flags"]] == [True, None]


async def test_reconnecting_ofrep_clients_receive_missed_kills(
    app: Starlette, operator: GraphQLClient
) -> None:
    """L11: the event id held the kills, but only the version was compared."""
    version = str(runtime_of(app).flags.current.version)
    await kill(operator, "mvp_chat")
    async with serving(app) as address, http_client() as http:
        response = await http.post(f"http://{address}{ALL}", json=CONTEXT)
        url = response.json()["eventStreams"][0]["url"]
        missed = await _first(http, url, version)
        assert (missed["type"], missed["etag"].startswith(f'"{version}-')) == (
            "refetchEvaluation",
            True,
        )
        await lift(operator, "mvp_chat")
        lifted = await _first(http, url, missed["etag"].strip('"'))
    assert lifted["etag"] == f'"{version}"'


async def test_a_kill_announced_by_another_process_is_served(
    app: Starlette, visitor: GraphQLClient
) -> None:
    """A proxy may send the question to a process that has not heard of the kill yet."""
    runtime = runtime_of(app)
    await runtime.kill_sync.mirror.write([kill_record("mvp_chat")])
    config = f"%22{runtime.flags.current.version}-x%22"
    answer = await visitor.raw("POST", f"{ALL}?flagConfigEtag={config}", json=CONTEXT)
    assert [flag["value"] for flag in answer.json()["flags"]] == [False, True]


async def _first(http: httpx2.AsyncClient, url: str, last: str) -> dict[str, Any]:
    async with (
        http.stream("GET", url, headers={"last-event-id": last}) as response,
        aclosing(notices(response.aiter_lines())) as events,
    ):
        return await asyncio.wait_for(anext(events), PATIENCE)
