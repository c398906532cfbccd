"""What has ended is not readable, and what a disabled account handed out is dead (SEC11).

Sarah (supplier) works with Emma (couple), who changes her data after Sarah has archived her.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from db.models.mail import Mail
from db.models.suppliers import Supplier
from db.session import Database
from domain.ids import global_id
from services.mail import mail
from settings import Settings
from tests.factories.marketplace import (
    ACCEPT,
    DECLINE,
    INVITE,
    OPEN,
    PREVIEW,
    PROFILE,
    RESEND,
    UPDATE,
    SentInvitation,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
)
from tests.support.graphql import GraphQLClient
from tests.support.servers import dead_port

CLIENT = """query ($id: ID!) { node(id: $id) { ... on Client {
  coupleNames notes status couple { partner1Name weddingDate }
  invitation { status couple { partner1Name } } } } }"""
OWN_PARTNERSHIPS = """{ viewer {
  supplier { clients { nodes { couple { partner1Name } } }
    partnerships { nodes { isActive couple { partner1Name weddingDate } } } }
  couple { partnerships { nodes { isActive supplier { email } } } } } }"""
KEPT_OUT = "mutation ($id: ID!) { disableAccount(id: $id) { errors { code message } } }"
BACK = "mutation ($id: ID!) { enableAccount(id: $id) { errors { code message } } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
Json = Any


@pytest.fixture
async def emma(visitor: GraphQLClient, db: Database) -> GraphQLClient:
    return await new_couple(visitor, db)


@pytest.fixture
async def pair(supplier: GraphQLClient, emma: GraphQLClient) -> tuple[SentInvitation, Json]:
    """An accepted invitation, with what accepting it gave."""
    sent = await add_and_invite(supplier)
    await emma.data(PROFILE, input={"partner1Name": "Emma"})
    return sent, await accept_invitation(emma, sent)


async def part(supplier: GraphQLClient, client_id: str) -> None:
    done = await supplier.data(UPDATE, input={"id": client_id, "archived": True})
    assert done["updateClient"]["errors"] == []


async def test_after_the_end_suppliers_see_their_client_but_not_the_couple(
    supplier: GraphQLClient, emma: GraphQLClient, pair: tuple[SentInvitation, Json]
) -> None:
    sent, done = pair
    before = (await supplier.data(CLIENT, id=sent.client_id))["node"]
    assert before["couple"]["partner1Name"] == "Emma"
    await part(supplier, sent.client_id)
    await emma.data(PROFILE, input={"partner1Name": "Emma the Second"})
    after = (await supplier.data(CLIENT, id=sent.client_id))["node"]
    assert (after["coupleNames"], after["status"]) == ("Emma & James", "INACTIVE")
    assert (after["couple"], after["invitation"]) == (None, {"status": "ACCEPTED", "couple": None})
    business = (await supplier.data(OWN_PARTNERSHIPS))["viewer"]["supplier"]
    assert business["partnerships"]["nodes"] == []
    assert [client["couple"] for client in business["clients"]["nodes"]] == [None]
    for key in (done["partnership"]["id"], done["couple"]["id"]):
        assert (await supplier.data(NODE, id=key))["node"] is None


async def test_after_the_end_couples_and_staff_see_the_ended_partnership(
    supplier: GraphQLClient,
    emma: GraphQLClient,
    admin: GraphQLClient,
    pair: tuple[SentInvitation, Json],
) -> None:
    sent, done = pair
    await part(supplier, sent.client_id)
    (kept,) = (await emma.data(OWN_PARTNERSHIPS))["viewer"]["couple"]["partnerships"]["nodes"]
    assert (kept["isActive"], bool(kept["supplier"]["email"])) == (False, True)
    for caller in (emma, admin):
        for key in (done["partnership"]["id"], done["partnership"]["supplier"]["id"]):
            assert (await caller.data(NODE, id=key))["node"]["id"] == key
    assert (await admin.data(CLIENT, id=sent.client_id))["node"]["couple"] is not None


async def test_reconnecting_restores_mutual_visibility(
    supplier: GraphQLClient, emma: GraphQLClient, pair: tuple[SentInvitation, Json]
) -> None:
    sent, done = pair
    await part(supplier, sent.client_id)
    await supplier.data(UPDATE, input={"id": sent.client_id, "archived": False})
    answer = (await supplier.data(INVITE, clientId=sent.client_id))["inviteClient"]
    code = answer["invitation"]["acceptUrl"].rpartition("/")[2]
    await accept_invitation(emma, SentInvitation(answer["invitation"]["id"], sent.client_id, code))
    assert (await supplier.data(NODE, id=done["couple"]["id"]))["node"] is not None


async def test_a_partner_is_visible_by_path_and_by_node_id(
    supplier: GraphQLClient, emma: GraphQLClient, pair: tuple[SentInvitation, Json]
) -> None:
    """M13: `node(id)` was null for a couple that its supplier saw by path, and the other way."""
    _, done = pair
    for caller, key in (
        (supplier, done["couple"]["id"]),
        (emma, done["partnership"]["supplier"]["id"]),
    ):
        assert (await caller.data(NODE, id=key))["node"]["id"] == key


async def test_the_onboarding_of_a_partner_is_null_without_nulling_its_parent(
    supplier: GraphQLClient, emma: GraphQLClient, pair: tuple[SentInvitation, Json]
) -> None:
    """M13: `onboarding` nulled the whole couple."""
    shown = "{ nodes { couple { partner1Name setup { id } } } }"
    partners = "{ viewer { supplier { partnerships " + shown + " } } }"
    (row,) = (await supplier.data(partners))["viewer"]["supplier"]["partnerships"]["nodes"]
    assert row["couple"] == {"partner1Name": "Emma", "setup": None}
    own = (await emma.data("{ viewer { couple { setup { id } onboarding { id } } } }"))["viewer"]
    assert own["couple"]["setup"] == own["couple"]["onboarding"]


async def _owner(db: Database) -> str:
    async with db.read() as session:
        key = await session.scalar(select(Supplier.user_id))
    assert key is not None
    return global_id("User", key)


Use = Callable[[GraphQLClient, str], Coroutine[Any, Any, Json]]


async def _preview(caller: GraphQLClient, code: str) -> Json:
    invitation = (await caller.data(PREVIEW, code=code))["invitation"]
    return [] if invitation else ["NOT_FOUND"]


async def _open(caller: GraphQLClient, code: str) -> Json:
    done = (await caller.data(OPEN, code=code))["openInvitation"]
    return [error["code"] for error in done["errors"]]


async def _decline(caller: GraphQLClient, code: str) -> Json:
    done = (await caller.data(DECLINE, code=code))["declineInvitation"]
    return [error["code"] for error in done["errors"]]


async def _accept(caller: GraphQLClient, code: str) -> Json:
    done = (await caller.data(ACCEPT, input={"code": code}))["acceptInvitation"]
    return [error["code"] for error in done["errors"]]


@pytest.mark.parametrize("use", [_preview, _open, _decline, _accept])
async def test_invitations_of_disabled_accounts_do_not_work_until_enabled(
    supplier: GraphQLClient, emma: GraphQLClient, admin: GraphQLClient, db: Database, use: Use
) -> None:
    sent, owner = await add_and_invite(supplier), await _owner(db)
    await admin.data(KEPT_OUT, id=owner)
    assert await use(emma, sent.code) == ["NOT_FOUND"]
    await admin.data(BACK, id=owner)
    assert await use(emma, sent.code) == []


async def test_clients_of_disabled_accounts_cannot_be_invited(
    supplier: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    sent, other = await add_and_invite(supplier), await add_client(supplier, "Zoe & Max")
    await admin.data(KEPT_OUT, id=await _owner(db))
    for document, variables in ((INVITE, {"clientId": other["id"]}), (RESEND, {"id": sent.id})):
        (answer,) = (await admin.data(document, **variables)).values()
        assert [error["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_queued_invitations_of_disabled_accounts_are_not_sent(
    supplier: GraphQLClient, admin: GraphQLClient, db: Database, settings: Settings
) -> None:
    await add_and_invite(supplier, email="emma@example.com", channel="EMAIL")
    await admin.data(KEPT_OUT, id=await _owner(db))
    async with db.read() as session:
        row = (await session.scalars(select(Mail).where(Mail.invitation_id.is_not(None)))).one()
    url = SecretStr(f"smtp://127.0.0.1:{dead_port()}")
    await mail.deliver(db, settings.model_copy(update={"smtp_url": url}), row.id)
    async with db.read() as session:
        stored = await session.get_one(Mail, row.id)
    # Not even tried: an attempt at a server that is not there would have been counted.
    assert (stored.cancelled_at is not None, stored.attempts, stored.body) == (True, 0, "")
