"""Many invitations leave within the limits, can be stopped, and say why they cannot (M10)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from db.models.accounts import User
from db.models.bulk_invitations import BulkInvitation
from db.models.events import Change, LaunchEvent
from db.models.invitations import Invitation
from db.models.mail import Mail
from db.models.sendings import InvitationSending
from db.session import Database
from domain.actors import Role
from domain.marketplace import invitation_limits
from domain.marketplace.invitation_limits import MAX_ACCOUNT, MAX_FIRST_DAY
from services.mail.invitation_limits import suppress
from services.marketplace.bulk_sending import due
from settings import Settings
from tests.factories import user_sessions
from tests.factories.bulk import INVITE_CLIENTS, STOP, newest_bulk, run_sending_job, start_bulk
from tests.factories.imports import csv_of_couples, run_import
from tests.factories.marketplace import (
    DECLINE,
    INVITE,
    UPDATE,
    add_client,
    code_in,
    new_supplier,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

Json = Any


async def emails(db: Database) -> list[str]:
    async with db.read() as session:
        query = select(Mail.recipient).where(Mail.invitation_id.is_not(None))
        return list(await session.scalars(query.order_by(Mail.created_at, Mail.id)))


async def count(db: Database, model: Any) -> int:  # noqa: ANN401 - a table
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def of_age(db: Database) -> None:
    """All accounts are a month old."""
    async with db.write() as uow:
        month = timedelta(days=30)
        await uow.session.execute(update(User).values(created_at=User.created_at - month))


async def a_day_later(db: Database) -> None:
    """Move all that was counted into the past: the clock would end the sessions too."""
    day = timedelta(days=1)
    async with db.write() as uow:
        await uow.session.execute(update(InvitationSending).values(at=InvitationSending.at - day))
        await uow.session.execute(update(BulkInvitation).values(next_at=uow.now))
        await uow.session.execute(text("UPDATE bulk_invitation_items SET not_before = NULL"))


def codes(payload: Json) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def test_imported_clients_are_invited_over_several_days(
    supplier: GraphQLClient, db: Database, settings: Settings
) -> None:
    await of_age(db)
    done = await run_import(supplier, csv_of_couples(250))
    bulk = await start_bulk(supplier, importId=done["clientImport"]["id"])
    assert (bulk["progress"]["waiting"], bulk["progress"]["withinADay"]) == (250, MAX_ACCOUNT)
    assert await emails(db) == []
    await run_sending_job(db, settings, bulk)
    today = (await newest_bulk(supplier))["progress"]
    assert (today["sent"], today["waiting"], today["withinADay"]) == (MAX_ACCOUNT, 50, 50)
    assert len(await emails(db)) == MAX_ACCOUNT
    await run_sending_job(db, settings, bulk)
    assert len(await emails(db)) == MAX_ACCOUNT
    await a_day_later(db)
    await run_sending_job(db, settings, bulk)
    last = await newest_bulk(supplier)
    assert (last["status"], last["progress"]["sent"], last["progress"]["lastAt"]) == (
        "FINISHED", 250, None,
    )  # fmt: skip
    recipients = await emails(db)
    assert (len(recipients), len(set(recipients))) == (250, 250)


async def test_the_job_is_scheduled_for_when_the_next_invitation_is_allowed(
    supplier: GraphQLClient, db: Database, settings: Settings, clock: Clock
) -> None:
    """The forecast and the limits agree on the moment."""
    await run_import(supplier, csv_of_couples(MAX_FIRST_DAY + 1))
    bulk = await start_bulk(supplier)
    await run_sending_job(db, settings, bulk)
    waiting = await newest_bulk(supplier)
    assert waiting["progress"]["waiting"] == 1
    async with db.read() as session:
        (next_at,) = await session.scalars(select(BulkInvitation.next_at))
    assert next_at.isoformat() == waiting["progress"]["lastAt"]
    assert await due(db) == []
    clock.advance((next_at - clock()).total_seconds())
    assert len(await due(db)) == 1
    await run_sending_job(db, settings, bulk)
    assert len(await emails(db)) == MAX_FIRST_DAY + 1


async def test_unsendable_invitations_state_the_reason(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database, settings: Settings
) -> None:
    await of_age(db)
    for name in ("Archived", "Connected", "Declined", "Fine", "Invited", "Silent", "Unwanted"):
        await add_client(supplier, name, email=None if name == "Silent" else f"{name}@example.com")
    data = await supplier.data("{ viewer { supplier { clients { nodes { id coupleNames } } } } }")
    ids = {
        node["coupleNames"]: node["id"] for node in data["viewer"]["supplier"]["clients"]["nodes"]
    }
    await supplier.data(INVITE, clientId=ids["Invited"])
    declined = (await supplier.data(INVITE, clientId=ids["Declined"]))["inviteClient"]
    await visitor.data(DECLINE, code=code_in(declined["invitation"]["acceptUrl"]))
    await supplier.data(UPDATE, input={"id": ids["Archived"], "archived": True})
    async with db.write() as uow:
        await suppress(uow, "unwanted@example.com")
        await uow.session.execute(
            text("UPDATE clients SET status = 'connected' WHERE couple_names = 'Connected'")
        )
    bulk = await start_bulk(supplier, clientIds=list(ids.values()))
    await run_sending_job(db, settings, bulk)
    done = await newest_bulk(supplier)
    reasons = {item["client"]["coupleNames"]: item["reason"] for item in done["items"]}
    words = {
        "Archived": "is inactive", "Connected": "is connected", "Declined": "has declined",
        "Invited": "has an invitation already", "Silent": "no e-mail to write to",
        "Unwanted": "No invitation can be sent to this e-mail address",
    }  # fmt: skip
    assert reasons.pop("Fine") is None
    assert {name for name, word in words.items() if word in str(reasons[name])} == set(words)
    assert (done["status"], done["progress"]["sent"], done["progress"]["notSent"]) == (
        "FINISHED", 1, 6,
    )  # fmt: skip


async def test_stopping_cancels_the_waiting_invitations(
    supplier: GraphQLClient, db: Database, settings: Settings
) -> None:
    await run_import(supplier, csv_of_couples(MAX_FIRST_DAY + 5))
    bulk = await start_bulk(supplier)
    await run_sending_job(db, settings, bulk)
    for _ in range(2):
        payload = (await supplier.data(STOP, id=bulk["id"]))["stopBulkInvitation"]
        assert payload["errors"] == []
    assert payload["bulkInvitation"]["status"] == "STOPPED"
    assert payload["bulkInvitation"]["progress"]["stopped"] == 5
    await a_day_later(db)
    await run_sending_job(db, settings, bulk)
    assert len(await emails(db)) == MAX_FIRST_DAY
    repeated = await start_bulk(supplier)
    assert (repeated["id"] != bulk["id"], repeated["progress"]["waiting"]) == (True, 5)


async def test_further_clients_join_the_active_bulk_invitation(
    supplier: GraphQLClient, db: Database
) -> None:
    first, second = await add_client(supplier, "A", email="a@b.de"), await add_client(supplier, "B")
    bulk = await start_bulk(supplier, clientIds=[first["id"]])
    more = await start_bulk(supplier, clientIds=[first["id"], second["id"]])
    assert (more["id"], [item["client"]["coupleNames"] for item in more["items"]]) == (
        bulk["id"], ["A", "B"],
    )  # fmt: skip
    assert await count(db, BulkInvitation) == 1


async def test_recipient_limits_delay_only_the_affected_invitation(
    supplier: GraphQLClient, db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitation_limits, "MAX_TO_DOMAIN", 1)
    for name in ("one", "two"):
        await add_client(supplier, name, email=f"{name}@venue.de")
    await add_client(supplier, "zoe", email="zoe@example.com")
    bulk = await start_bulk(supplier)
    await run_sending_job(db, settings, bulk)
    states = {
        item["client"]["coupleNames"]: (item["status"], item["notBefore"] is not None)
        for item in (await newest_bulk(supplier))["items"]
    }
    assert states == {"one": ("SENT", False), "two": ("WAITING", True), "zoe": ("SENT", False)}
    await a_day_later(db)
    await run_sending_job(db, settings, bulk)
    assert (await newest_bulk(supplier))["status"] == "FINISHED"


async def test_two_workers_send_each_invitation_once(
    supplier: GraphQLClient, db: Database, settings: Settings
) -> None:
    await run_import(supplier, csv_of_couples(MAX_FIRST_DAY))
    bulk = await start_bulk(supplier)
    await asyncio.gather(*(run_sending_job(db, settings, bulk) for _ in range(3)))
    assert len(await emails(db)) == MAX_FIRST_DAY
    assert await count(db, Invitation) == MAX_FIRST_DAY


async def test_an_unconfirmed_account_holds_its_invitations(
    supplier: GraphQLClient, db: Database, settings: Settings
) -> None:
    await add_client(supplier, "A", email="a@example.com")
    bulk = await start_bulk(supplier)
    disable = "UPDATE users SET disabled_at = :at WHERE role = 'supplier'"
    async with db.write() as uow:
        await uow.session.execute(text(disable), {"at": uow.now})
    await run_sending_job(db, settings, bulk)
    async with db.write() as uow:
        await uow.session.execute(text(disable), {"at": None})
        await uow.session.execute(update(BulkInvitation).values(next_at=uow.now))
    paused = await newest_bulk(supplier)
    assert (paused["status"], paused["heldBy"]) == (
        "RUNNING", "The account of this supplier is disabled.",
    )  # fmt: skip
    await run_sending_job(db, settings, bulk)
    assert (await newest_bulk(supplier))["progress"]["sent"] == 1


async def test_each_step_records_one_event_audit_entry_and_job(
    supplier: GraphQLClient, db: Database, settings: Settings
) -> None:
    for name in ("A", "B"):
        await add_client(supplier, name, email=f"{name}@example.com")
    bulk = await start_bulk(supplier, idempotencyKey="once")
    assert (await start_bulk(supplier, idempotencyKey="once"))["id"] == bulk["id"]
    await run_sending_job(db, settings, bulk)
    async with db.read() as session:
        query = select(LaunchEvent).where(LaunchEvent.kind == "invitations.bulk")
        events = list(await session.scalars(query.order_by(LaunchEvent.id)))
        keys = [event.id for event in events]
        audits = await session.scalars(select(Change.action).where(Change.event_id.in_(keys)))
        assert sorted(audits) == ["finished", "started"]
        jobs = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'invitations.bulk'")
        assert (await session.execute(jobs)).scalar_one() == 1
    actions = [(event.payload["action"], event.payload["clients"]) for event in events]
    assert actions == [("started", 2), ("finished", 0)]


async def test_invalid_bulk_invitations_are_refused(supplier: GraphQLClient) -> None:
    client = await add_client(supplier, "A", email="a@example.com")
    made = (await run_import(supplier, "Name\nB\n"))["clientImport"]["id"]
    for command, code, path in (
        ({"clientIds": []}, "INVALID", "clientIds"),
        ({"clientIds": [client["id"]], "importId": made}, "INVALID", "importId"),
        ({"expiresInDays": 31}, "INVALID", "expiresInDays"),
        ({"idempotencyKey": ""}, "INVALID", "idempotencyKey"),
    ):
        payload = (await supplier.data(INVITE_CLIENTS, input=command))["inviteClients"]
        assert (codes(payload), payload["errors"][0]["path"][-1]) == ([code], path)


async def test_suppliers_cannot_start_or_stop_for_others(
    supplier: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    client = await add_client(supplier, "A", email="a@example.com")
    made = (await run_import(supplier, "Name\nB\n"))["clientImport"]["id"]
    bulk = await start_bulk(supplier, clientIds=[client["id"]])
    other = await new_supplier(visitor, db)
    couple = visitor.as_(await user_sessions.create_session(db, Role.COUPLE))
    viewer = visitor.as_(await user_sessions.create_session(db, Role.VIEWER))
    for command in ({"clientIds": [client["id"]]}, {"importId": made}):
        for who, code in ((other, "NOT_FOUND"), (couple, "FORBIDDEN"), (viewer, "FORBIDDEN")):
            payload = (await who.data(INVITE_CLIENTS, input=command))["inviteClients"]
            assert codes(payload) == [code]
    for who, code in ((other, "NOT_FOUND"), (couple, "FORBIDDEN"), (viewer, "FORBIDDEN")):
        assert codes((await who.data(STOP, id=bulk["id"]))["stopBulkInvitation"]) == [code]
    assert (await visitor.as_(None).execute(STOP, id=bulk["id"])).codes == ["UNAUTHENTICATED"]
    assert await newest_bulk(other) is None
    assert (await newest_bulk(supplier))["status"] == "RUNNING"
    assert codes((await admin.data(STOP, id=bulk["id"]))["stopBulkInvitation"]) == []
