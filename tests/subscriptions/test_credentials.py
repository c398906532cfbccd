"""A socket runs no operation with a credential that has ended (SEC1, SEC2, D9)."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from db.session import Database
from services.accounts.credential_cache import FRESH
from tests.subscriptions.test_streams import EVENTS, VIEWER
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import socket


async def test_long_session_expires_on_an_open_socket(
    address: str, app: Starlette, admin: GraphQLClient, clock: Clock, db: Database
) -> None:
    """SEC1: opened 14 days before its end; an operation one second after it is refused.

    The clock jumps, so no timer of the event loop has fired.
    """
    async with db.engine.begin() as connection:
        far = "UPDATE sessions SET expires_at = now() + interval '14 days'"
        await connection.execute(text(far))
    app.state.runtime.access.clear()
    async with socket(address, admin.token) as live:
        assert await (await live.subscribe(VIEWER)).next()
        clock.advance(timedelta(days=14, seconds=1).total_seconds())
        await live.subscribe(EVENTS)
        async with asyncio.timeout(PATIENCE):
            await live.connection.wait_closed()
        assert live.connection.close_code == 4403


async def test_session_revoked_without_an_event_runs_no_further_operation(
    address: str, app: Starlette, admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    """SEC1, D9: revoked by SQL, without an event, while the socket is open."""
    async with socket(address, admin.token) as live:
        async with db.engine.begin() as connection:
            await connection.execute(text("DELETE FROM sessions"))
        clock.advance(FRESH.total_seconds())
        await live.subscribe("mutation { logOut }")
        async with asyncio.timeout(PATIENCE):
            await live.connection.wait_closed()
        assert live.connection.close_code == 4403


@pytest.mark.parametrize("place", ["alone", "token", "header"])
async def test_invalid_token_opens_no_socket(
    address: str, admin: GraphQLClient, place: str
) -> None:
    """SEC2: neither alone nor beside a valid one."""
    protocol = Subprotocol("graphql-transport-ws")
    invalid, valid = f"Bearer {'x' * 43}", {"Authorization": f"Bearer {admin.token}"}
    payload = {
        "alone": {"Authorization": invalid},
        "token": {**valid, "token": "x" * 43},
        "header": valid,
    }[place]
    headers = {"authorization": invalid} if place == "header" else {}
    async with connect(
        f"ws://{address}/graphql", subprotocols=[protocol], additional_headers=headers
    ) as stranger:
        await stranger.send(json.dumps({"type": "connection_init", "payload": payload}))
        async with asyncio.timeout(PATIENCE):
            await stranger.wait_closed()
        assert stranger.close_code == 4403
