"""Clients and partnerships, live on every device of their owner (M14)."""

import asyncio

import pytest

from db.session import Database
from tests.factories.conversations import connect_pair
from tests.factories.imports import run_import
from tests.factories.marketplace import (
    UPDATE,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Stream, socket

CLIENTS = "subscription { clients { changed { coupleNames status } } }"
PARTNERSHIPS = "subscription { partnerships { changed { id isActive } } }"
END = "mutation ($id: ID!) { endPartnership(id: $id) { errors { code } } }"


async def until(stream: Stream, status: str) -> str:
    """The names of the client that reaches a status; one that changes twice may be told once."""
    while True:
        changed = (await stream.next())["clients"]["changed"]
        if changed["status"] == status:
            return str(changed["coupleNames"])


async def test_a_second_device_sees_a_new_client_and_what_becomes_of_it(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(CLIENTS)
        assert (await stream.next())["clients"] == {"changed": None}
        sent = await add_and_invite(supplier, "Mia & Ben")
        assert await until(stream, "INVITED") == "Mia & Ben"
        await accept_invitation(await new_couple(visitor, db), sent)
        assert await until(stream, "CONNECTED") == "Mia & Ben"
        await supplier.data(UPDATE, input={"id": sent.client_id, "archived": True})
        assert await until(stream, "INACTIVE") == "Mia & Ben"


async def test_an_import_is_one_result_without_a_client(
    address: str, supplier: GraphQLClient
) -> None:
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(CLIENTS)
        await stream.next()
        await run_import(supplier, "Name\nAna & Ben\nZoe & Tom\n")
        assert (await stream.next())["clients"] == {"changed": None}


async def test_both_sides_see_their_partnership_begin_and_end(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    couple = await new_couple(visitor, db)
    async with socket(address, supplier.token) as one, socket(address, couple.token) as other:
        own, others = await one.subscribe(PARTNERSHIPS), await other.subscribe(PARTNERSHIPS)
        for stream in (own, others):
            assert (await stream.next())["partnerships"] == {"changed": None}
        pair = await connect_pair(supplier, couple)
        begun = {"changed": {"id": pair.partnership_id, "isActive": True}}
        for stream in (own, others):
            assert (await stream.next())["partnerships"] == begun
        await couple.data(END, id=pair.partnership_id)
        ended = {"changed": {"id": pair.partnership_id, "isActive": False}}
        assert (await others.next())["partnerships"] == ended
        assert (await own.next())["partnerships"] == {"changed": None}


async def test_clients_and_partnerships_of_others_are_not_streamed(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    others = [await new_supplier(visitor, db), await new_couple(visitor, db)]
    for other in others:
        async with socket(address, other.token) as live:
            stream = await live.subscribe(PARTNERSHIPS)
            await stream.next()
            await connect_pair(supplier, await new_couple(visitor, db))
            assert await stream.silent()
    async with socket(address, others[0].token) as live:
        stream = await live.subscribe(CLIENTS)
        await stream.next()
        await add_client(supplier, "Not yours")
        assert await stream.silent()


@pytest.mark.parametrize("document", [CLIENTS, PARTNERSHIPS])
async def test_the_staff_gets_one_empty_result(
    address: str, admin: GraphQLClient, document: str
) -> None:
    async with socket(address, admin.token) as live:
        stream = await live.subscribe(document)
        (only,) = (await stream.next()).values()
        assert only == {"changed": None}
        assert (await stream.message())["type"] == "complete"


@pytest.mark.parametrize("document", [CLIENTS, PARTNERSHIPS])
async def test_the_stream_ends_with_the_credential(
    address: str, supplier: GraphQLClient, document: str
) -> None:
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(document)
        await stream.next()
        await supplier.data("mutation { logOut }")
        async with asyncio.timeout(PATIENCE):
            await live.connection.wait_closed()
        assert live.connection.close_code == 4403
