"""Live streams of suppliers and couples, of their own rows only (X13, S42)."""

import pytest
from starlette.applications import Starlette

from db.session import Database
from schema.context import Runtime
from services.marketplace.invitation_changes import expire_overdue
from tests.factories.incidents import RESOLVE, TOGGLE, report_incident
from tests.factories.launches import make_flag
from tests.factories.marketplace import (
    INVITE,
    OPEN,
    PROFILE,
    RESEND,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import socket

INVITATION = """subscription ($id: ID!) {
  invitation(id: $id) { status acceptUrl resendCount couple { id } client { status } } }"""
SETUP = """subscription {
  viewerOnboarding { percentComplete currentStep firstValueAchieved assistanceNeeded } }"""


async def test_supplier_sees_an_invitation_sent_opened_and_connected(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Requirement X13."""
    sent = await add_and_invite(supplier, email="emma@example.com")
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(INVITATION, id=sent.id)
        first = (await stream.next())["invitation"]
        assert (first["status"], first["acceptUrl"]) == ("SENT", None)
        await visitor.data(OPEN, code=sent.code)
        assert (await stream.next())["invitation"]["status"] == "OPENED"
        done = await accept_invitation(visitor, sent)
        last = (await stream.next())["invitation"]
    assert (last["status"], last["couple"]) == ("ACCEPTED", {"id": done["couple"]["id"]})
    assert last["client"] == {"status": "CONNECTED"}


async def test_supplier_sees_an_invitation_expire(
    address: str, supplier: GraphQLClient, app: Starlette, clock: Clock
) -> None:
    """The sweep of a worker expires it; the event arrives over the bus."""
    client = await add_client(supplier)
    answer = await supplier.data(INVITE, clientId=client["id"], days=1)
    key = answer["inviteClient"]["invitation"]["id"]
    runtime: Runtime = app.state.runtime
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(INVITATION, id=key)
        await stream.next()
        clock.advance(86_400 + 60)
        await expire_overdue(runtime.db)
        invitation = (await stream.next())["invitation"]
    assert (invitation["status"], invitation["client"]["status"]) == ("EXPIRED", "ADDED")


@pytest.mark.parametrize("who", ["another supplier", "a couple"])
async def test_invitation_of_others_cannot_be_watched(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database, who: str
) -> None:
    make = new_supplier if who == "another supplier" else new_couple
    sent, other = await add_and_invite(supplier), await make(visitor, db)
    async with socket(address, other.token) as live:
        stream = await live.subscribe(INVITATION, id=sent.id)
        message = await stream.message()
    text = str(message)
    assert "There is no Invitation with this id." in text
    assert "SENT" not in text


async def test_other_invitations_do_not_wake_the_stream(
    address: str, supplier: GraphQLClient
) -> None:
    first, other = await add_and_invite(supplier), await add_and_invite(supplier, "Others")
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(INVITATION, id=first.id)
        await stream.next()
        await supplier.data(RESEND, id=other.id)
        await supplier.data(RESEND, id=first.id)
        assert (await stream.next())["invitation"]["resendCount"] == 1


async def test_setup_is_updated_on_every_device(address: str, supplier: GraphQLClient) -> None:
    """Requirements S42 and S84."""
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(SETUP)
        seen = [(await stream.next())["viewerOnboarding"]["percentComplete"]]
        profile = {"businessName": "Sarah's Photos", "vendorType": "PHOTOGRAPHER"}
        await supplier.data(PROFILE, input=profile)
        seen.append((await stream.next())["viewerOnboarding"]["percentComplete"])
        client = await add_client(supplier)
        seen.append((await stream.next())["viewerOnboarding"]["percentComplete"])
        await supplier.data(INVITE, clientId=client["id"])
        last = (await stream.next())["viewerOnboarding"]
    assert [*seen, last["percentComplete"]] == [0, 33, 67, 100]
    assert last["firstValueAchieved"] is True


async def test_flag_shows_and_hides_a_step_at_once(
    address: str, supplier: GraphQLClient, admin: GraphQLClient
) -> None:
    """Requirements S83 and S120."""
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(SETUP)
        seen = [(await stream.next())["viewerOnboarding"]["currentStep"]]
        await make_flag(admin, "onboarding_business_info")
        seen.append((await stream.next())["viewerOnboarding"]["currentStep"])
        flag = {"key": "onboarding_business_info", "enabled": True, "reason": "ready"}
        await admin.data(TOGGLE, input=flag)
        seen.append((await stream.next())["viewerOnboarding"]["currentStep"])
        await make_flag(admin, "something_else")
        assert await stream.silent()
    assert seen == ["business_info", None, "business_info"]


async def test_incident_appears_and_disappears_on_a_step(
    address: str, supplier: GraphQLClient, admin: GraphQLClient
) -> None:
    """Requirement X12."""
    document = "subscription { viewerOnboarding { banner { step } } }"
    await make_flag(admin, "onboarding_business_info", enabled=True, rolloutPercentage=100)
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(document)
        seen = [(await stream.next())["viewerOnboarding"]["banner"]]
        reported = await report_incident(admin, affectedFeatures=["onboarding_business_info"])
        seen.append((await stream.next())["viewerOnboarding"]["banner"])
        await admin.data(RESOLVE, id=reported["incident"]["id"], notes="Mended")
        seen.append((await stream.next())["viewerOnboarding"]["banner"])
    assert seen == [None, {"step": "business_info"}, None]


async def test_setup_of_others_sends_nothing(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    other = await new_supplier(visitor, db)
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(SETUP)
        await stream.next()
        await add_client(other)
        await add_client(supplier)
        assert (await stream.next())["viewerOnboarding"]["percentComplete"] == 33
        assert await stream.silent()


async def test_account_without_a_setup_gets_an_error(address: str, admin: GraphQLClient) -> None:
    for token in (admin.token, None):
        async with socket(address, token) as live:
            message = await (await live.subscribe(SETUP)).message()
            assert "Only suppliers and couples" in str(message)


async def test_closed_streams_release_everything(
    address: str, app: Starlette, supplier: GraphQLClient
) -> None:
    """Requirement S74."""
    runtime: Runtime = app.state.runtime
    before, sent = runtime.tail.live, await add_and_invite(supplier)
    async with socket(address, supplier.token) as live:
        for document, variables in ((INVITATION, {"id": sent.id}), (SETUP, {})):
            stream = await live.subscribe(document, **variables)
            await stream.next()
            await stream.stop()
        last = await live.subscribe(SETUP)
        await last.next()
        assert runtime.tail.live <= before + 3
    for _ in range(200):
        if runtime.tail.live == before:
            break
        await supplier.data("{ __typename }")
    assert runtime.tail.live == before
