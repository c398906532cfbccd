"""Two server processes over one database, and what they do when their servers die (S61, S96)."""

import asyncio
import time
from typing import Any

from services.flags.kills import NOT_MIRRORED
from tests.support.command import wait_until_ready
from tests.support.promises import is_within
from tests.support.servers import dead_port, free_port
from tests.support.sockets import Socket, socket
from tests.support.two_servers import FLAGS, KEY, LIST, TwoServers, set_flag
from tests.support.waiting import until

KILL = """mutation ($keys: [String!]!) {
  killFlags(input: { keys: $keys, reason: "It fails." }) { warnings errors { code message } } }"""
LIFT = KILL.replace("killFlags", "liftKills")
SET = "subscription { viewerFlags { flags { key value } } }"


async def test_a_change_in_one_process_reaches_a_subscriber_of_the_other(
    site: TwoServers, far: Socket
) -> None:
    """S96, S108: the promise is 3 s; it takes milliseconds."""
    token = await site.log_in()
    stream = await far.subscribe(FLAGS, keys=[KEY])
    before = (await stream.next())["featureFlags"]["enabled"]
    # However long the processes take to find their servers, which other tests stop and kill.
    await set_flag(site, token, not before)
    assert (await stream.next())["featureFlags"]["enabled"] is not before
    begin = await set_flag(site, token, before)
    assert (await stream.next())["featureFlags"]["enabled"] is before
    assert is_within(3, time.monotonic() - begin)


async def test_a_visitor_of_the_other_process_receives_the_change(site: TwoServers) -> None:
    """S24, S108: the whole set of flags, on a socket without a login; measured, not promised."""
    token = await site.log_in()
    async with socket(f"127.0.0.1:{site.ports[1]}") as visitor:
        stream = await visitor.subscribe(SET)
        before = value_in(await stream.next())
        begin = await set_flag(site, token, not before)
        assert value_in(await stream.next()) is not before
        took = time.monotonic() - begin
    print(f"from the change to a visitor of another process: {took * 1000:.0f} ms")  # noqa: T201
    assert is_within(3, took)


def value_in(payload: Any) -> bool:  # noqa: ANN401 - JSON
    """The value of the flag in a set."""
    flags = {flag["key"]: flag["value"] for flag in payload["viewerFlags"]["flags"]}
    return bool(flags[KEY])


async def test_without_redis_a_change_succeeds_and_streams_catch_up(
    site: TwoServers, far: Socket
) -> None:
    token = await site.log_in()
    stream = await far.subscribe(FLAGS, keys=[KEY])
    before = (await stream.next())["featureFlags"]
    site.valkey.stop()
    try:
        await set_flag(site, token, not before["enabled"])
        assert (await site.ask(site.ports[1], LIST, token))["data"] is not None
    finally:
        site.valkey.start()
    # Told over Redis or found in the log: in either case it is there, and soon.
    assert (await stream.next())["featureFlags"]["enabled"] is not before["enabled"]


async def test_a_kill_of_a_process_without_redis_is_in_force_in_the_others_and_says_so(
    site: TwoServers,
) -> None:
    """L11: the message could not be sent; the others read it from the log, within two seconds."""
    token, port = await site.log_in(), free_port()
    await set_flag(site, token, True)
    launch = site.launch.with_env(PORT=str(port), REDIS_URL=f"redis://127.0.0.1:{dead_port()}")

    async def is_off() -> bool:
        return not (await site.reason(site.ports[1]))[0]

    with launch.running("serve"):
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
        answer = await site.ask(port, KILL, token, keys=[KEY])
        begin = time.monotonic()
        assert answer["data"]["killFlags"]["errors"] == []
        assert answer["data"]["killFlags"]["warnings"] == [NOT_MIRRORED]
        try:
            await until(is_off)
            took = time.monotonic() - begin
        finally:
            await site.ask(site.ports[0], LIFT, token, keys=[KEY])
    assert is_within(2, took)


async def test_without_the_database_flags_are_served_and_can_be_killed(
    site: TwoServers, far: Socket
) -> None:
    """S53, S59: the last known flags, marked STALE; the kill switch does not need the database.

    Streams that were open before go on after it, without a new socket.
    """
    token = await site.log_in()
    await set_flag(site, token, True)
    port = site.ports[1]

    async def is_stale() -> bool:
        return (await site.reason(port))[1] == "STALE"

    async def is_back() -> bool:
        response = await site.ask(port, LIST, token)
        return bool(response.get("data")) and (await site.reason(port))[1] != "STALE"

    stream = await far.subscribe(FLAGS, keys=[KEY])
    assert (await stream.next())["featureFlags"]["enabled"] is True
    assert (await site.over_ofrep(port, token))["value"] is True
    site.postgres.stop()
    try:
        await until(is_stale)
        begin = time.monotonic()
        answer = await site.ask(port, LIST, token)
        assert is_within(6, time.monotonic() - begin)
        assert answer["errors"][0]["extensions"]["code"] == "DEPENDENCY_DOWN"
        assert "SELECT" not in str(answer)
        served = await site.over_ofrep(port, token)  # the caller is remembered (A3)
        assert (served["value"], served["reason"]) == (True, "STALE")
        assert (await site.over_ofrep(port, "x" * 43))["status"] == 503
        site.launch("kill", KEY, "--reason", "it fails", "--yes")
        await until(lambda: _is_killed(site, port))
    finally:
        site.postgres.start()
    await until(is_back)
    await set_flag(site, await site.log_in(), False)
    # The kill of before has been a change of the stream too.
    while (await stream.next())["featureFlags"]["enabled"]:
        pass


async def _is_killed(site: TwoServers, port: int) -> bool:
    return not (await site.reason(port))[0]
