"""Bulk invitations stop while the flag of invitations is off (M1, M10)."""

from sqlalchemy import text, update

from db.models.bulk_invitations import BulkInvitation
from db.session import Database
from settings import Settings
from tests.factories.bulk import newest_bulk, run_sending_job, start_bulk
from tests.factories.launches import make_flag
from tests.factories.marketplace import add_client
from tests.support.graphql import GraphQLClient


async def switch(db: Database, *, on: bool) -> None:
    """The flag of invitations, by hand in the database, as every process reads it."""
    turn = text("UPDATE feature_flags SET enabled = :on WHERE flag_key = 'mvp_client_invitations'")
    async with db.write() as uow:
        await uow.session.execute(turn, {"on": on})


async def test_switching_the_flag_off_stops_queued_invitations(
    supplier: GraphQLClient, admin: GraphQLClient, db: Database, settings: Settings
) -> None:
    """M1: nothing that was queued before a rollback leaves after it."""
    await make_flag(admin, "mvp_client_invitations", enabled=True, rolloutPercentage=100.0)
    await add_client(supplier, "A", email="a@example.com")
    bulk = await start_bulk(supplier)
    await switch(db, on=False)
    await run_sending_job(db, settings, bulk)
    paused = await newest_bulk(supplier)
    assert (paused["status"], paused["heldBy"], paused["progress"]["sent"]) == (
        "RUNNING", "Inviting clients is paused for now.", 0,
    )  # fmt: skip
    await switch(db, on=True)
    async with db.write() as uow:
        await uow.session.execute(update(BulkInvitation).values(next_at=uow.now))
    await run_sending_job(db, settings, bulk)
    assert (await newest_bulk(supplier))["progress"]["sent"] == 1
