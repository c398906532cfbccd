"""Streams that send the same data share one execution; others do not (S108)."""

from typing import Any

import pytest
from starlette.applications import Starlette

from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of, toggle_flag
from tests.support.bucket_hashes import note_hashed
from tests.support.graphql import GraphQLClient
from tests.support.sockets import LAUNCH_PROTOCOL, PLAIN, Stream, serving, socket
from tests.support.waiting import until

FLAGS = "subscription ($device: String) { viewerFlags(deviceId: $device) { flags { key value } } }"
SKIPPING = """subscription ($no: Boolean!) {
  viewerFlags { version flags { key value @skip(if: $no) } } }"""
EXPLAINED = "subscription { viewerFlags { flags { key explanation { steps } } } }"


@pytest.fixture
async def address(address: str, admin: GraphQLClient) -> str:
    await make_flag(admin, "mvp_chat")
    return address


async def test_visitors_with_equal_flags_share_one_object(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    async with socket(address) as first, socket(address) as second:
        streams = [
            await item.subscribe(FLAGS, device=device)
            for item, device in ((first, "a"), (second, "b"))
        ]
        for stream in streams:
            await stream.next()
        await toggle_flag(admin, app, "mvp_chat", on=True)
        seen = [await stream.next() for stream in streams]
        assert seen == [{"viewerFlags": {"flags": [{"key": "mvp_chat", "value": True}]}}] * 2
        assert len(runtime_of(app).flag_feed.views) == 1


@pytest.mark.parametrize("ws", [LAUNCH_PROTOCOL, PLAIN])
async def test_server_without_frames_sends_the_same(
    app: Starlette, admin: GraphQLClient, ws: str
) -> None:
    await make_flag(admin, "mvp_chat")
    async with serving(app, ws) as place, socket(place) as visitor:
        streams = [await visitor.subscribe(FLAGS, device=device) for device in ("a", 'b"\n')]
        seen = [await stream.next() for stream in streams]
        await toggle_flag(admin, app, "mvp_chat", on=True)
        seen += [await stream.next() for stream in streams]
    values = [item["viewerFlags"]["flags"][0]["value"] for item in seen]
    assert values == [False, False, True, True]


async def test_skip_variables_separate_executions(address: str) -> None:
    async with socket(address) as visitor:
        results = [await _first(await visitor.subscribe(SKIPPING, no=no)) for no in (True, False)]
    assert [sorted(item["flags"][0]) for item in results] == [["key"], ["key", "value"]]


async def test_another_document_is_executed_separately(address: str) -> None:
    async with socket(address) as visitor:
        one = await _first(await visitor.subscribe("subscription { viewerFlags { version } }"))
        two = await _first(await visitor.subscribe("subscription { viewerFlags { etag } }"))
    assert (list(one), list(two)) == (["version"], ["etag"])


async def test_results_of_operators_are_not_shared_with_visitors(
    address: str, admin: GraphQLClient
) -> None:
    async with socket(address, admin.token) as operator, socket(address) as visitor:
        allowed = await (await operator.subscribe(EXPLAINED)).message()
        refused = await (await visitor.subscribe(EXPLAINED)).message()
    assert "errors" not in allowed["payload"]
    assert refused["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_unused_flag_sets_are_released(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    async with socket(address) as visitor:
        stream = await visitor.subscribe(FLAGS)
        await stream.next()
        for on in (True, False, True):
            await toggle_flag(admin, app, "mvp_chat", on=on)
            await stream.next()
        assert len(runtime_of(app).flag_feed.views) <= 2


async def test_buckets_of_a_viewer_are_ready_before_its_flags_go_live(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing them for thousands of viewers would delay the activation (PERF3)."""
    hashed = note_hashed(monkeypatch)
    async with socket(address) as visitor:
        await (await visitor.subscribe(FLAGS, device="a")).next()
        await until(lambda: hashed == [b"mvp_chat:a"])


async def _first(stream: Stream) -> Any:  # noqa: ANN401 - JSON
    return (await stream.next())["viewerFlags"]


async def test_each_document_gets_its_own_updates(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    """The hub caches the encoded payload separately for each document."""
    fields = ("version", "etag", "flags { value }", "flags { key value }")
    async with socket(address) as visitor:
        documents = [f"subscription {{ viewerFlags {{ {item} }} }}" for item in fields]
        streams = [await visitor.subscribe(item) for item in documents]
        first = [await _first(stream) for stream in streams]
        await toggle_flag(admin, app, "mvp_chat", on=True)
        then = [await _first(stream) for stream in streams]
    assert [list(item) for item in first] == [list(item) for item in then]
    assert [item["flags"] for item in then[2:]] == [
        [{"value": True}],
        [{"key": "mvp_chat", "value": True}],
    ]
