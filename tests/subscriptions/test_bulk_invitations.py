"""The progress of invitations to many, live on every device of their supplier (M10, M14)."""

import asyncio
from typing import Any

from db.session import Database
from services.mail.invitation_limits import suppress
from settings import Settings
from tests.factories.bulk import STOP, run_sending_job, start_bulk
from tests.factories.marketplace import add_client, new_supplier
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Stream, socket

LIVE = """subscription { bulkInvitation { id status
  progress { total sent waiting notSent stopped } } }"""


async def until(stream: Stream, **progress: int) -> Any:  # noqa: ANN401 - JSON
    """The first result with these counts; changes may be merged."""
    async with asyncio.timeout(PATIENCE):
        while True:
            bulk = (await stream.next())["bulkInvitation"]
            if bulk and progress.items() <= bulk["progress"].items():
                return bulk


async def test_a_second_device_sees_what_is_sent_and_what_cannot_be(
    address: str, supplier: GraphQLClient, db: Database, settings: Settings
) -> None:
    for name in ("ana", "ben", "zoe"):
        await add_client(supplier, name, email=f"{name}@example.com")
    async with db.write() as uow:
        await suppress(uow, "zoe@example.com")
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(LIVE)
        assert await stream.next() == {"bulkInvitation": None}
        bulk = await start_bulk(supplier)
        assert (await until(stream, waiting=3))["id"] == bulk["id"]
        await run_sending_job(db, settings, bulk)
        done = await until(stream, sent=2, notSent=1)
        if done["status"] == "RUNNING":
            done = (await stream.next())["bulkInvitation"]
        assert done["status"] == "FINISHED"


async def test_stopping_is_seen_live(address: str, supplier: GraphQLClient) -> None:
    await add_client(supplier, "Ana & Ben", email="ana@example.com")
    bulk = await start_bulk(supplier)
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(LIVE)
        await until(stream, waiting=1)
        await supplier.data(STOP, id=bulk["id"])
        assert (await until(stream, stopped=1))["status"] == "STOPPED"


async def test_others_hear_nothing(
    address: str,
    supplier: GraphQLClient,
    couple: GraphQLClient,
    admin: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
) -> None:
    for nobody in (couple, admin):
        async with socket(address, nobody.token) as live:
            stream = await live.subscribe(LIVE)
            assert await stream.next() == {"bulkInvitation": None}
            assert (await stream.message())["type"] == "complete"
    other = await new_supplier(visitor, db)
    async with socket(address, other.token) as live:
        stream = await live.subscribe(LIVE)
        await stream.next()
        await add_client(supplier, "Ana & Ben", email="ana@example.com")
        await start_bulk(supplier)
        assert await stream.silent()
