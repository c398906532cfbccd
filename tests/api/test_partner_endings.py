"""Either side ends a partnership or blocks the other; the other side is told (M4)."""

from typing import Any

import pytest

from db.session import Database
from domain.mail.email import MailKind
from settings import Settings
from tests.api.test_invitations import EMMA, NAMES, refused
from tests.factories.marketplace import (
    INVITE,
    UPDATE,
    SentInvitation,
    accept_invitation,
    add_and_invite,
    code_in,
    new_couple,
    new_supplier,
)
from tests.factories.notifications import mailed
from tests.support.graphql import GraphQLClient

_ANSWER = "{ partnership { id isActive } errors { code message path } }"
END = f"mutation ($id: ID!) {{ endPartnership(id: $id) {_ANSWER} }}"
BLOCK = f"mutation ($id: ID!) {{ blockPartner(id: $id) {_ANSWER} }}"
UNBLOCK = f"mutation ($id: ID!) {{ unblockPartner(id: $id) {_ANSWER} }}"
BLOCKED = "{ blockedPartners { partnershipId name } }"
CLIENTS = """{ viewer { supplier {
  clients { nodes { id status couple { id } } } partnerships { nodes { id } } } } }"""
EMAILS = (
    "mutation ($on: Boolean!) { setInvitationEmails(enabled: $on) { enabled errors { code } } }"
)
ADD = """mutation { addClient(input: {coupleNames: "E"}) { client { id } } }"""
MY_EMAIL = "{ viewer { supplier { email } } }"
ENABLED = "{ invitationEmailsEnabled }"


class Pair:
    """A couple and its supplier, connected."""

    def __init__(self, couple: GraphQLClient, client_id: str, key: str) -> None:
        self.couple, self.client_id, self.key = couple, client_id, key


@pytest.fixture
async def pair(supplier: GraphQLClient, visitor: GraphQLClient) -> Pair:
    profile = """mutation { updateProfile(input: {businessName: "Lens"}) { errors { code } } }"""
    await supplier.data(profile)
    sent = await add_and_invite(supplier, email=EMMA)
    done = await accept_invitation(visitor, sent, **NAMES)
    couple = visitor.as_(done["session"]["accessToken"])
    return Pair(couple, sent.client_id, done["partnership"]["id"])


async def ask(client: GraphQLClient, document: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
    (payload,) = (await client.data(document, **variables)).values()
    return payload


async def notices(db: Database, settings: Settings) -> list[tuple[str, str]]:
    """To whom, and the first line of what."""
    mails = await mailed(db, settings, MailKind.PARTNER_LEFT)
    return [(row.recipient, row.body.splitlines()[0]) for row in mails]


async def invite_again(supplier: GraphQLClient, pair: Pair, **more: object) -> Any:  # noqa: ANN401
    await supplier.data(UPDATE, input={"id": pair.client_id, "archived": False})
    return await ask(supplier, INVITE, clientId=pair.client_id, **more)


def code_of(answer: Any) -> SentInvitation:  # noqa: ANN401 - JSON
    assert answer["errors"] == []
    invitation = answer["invitation"]
    return SentInvitation(invitation["id"], "", code_in(invitation["acceptUrl"]))


async def test_ending_by_the_couple_notifies_the_supplier(
    supplier: GraphQLClient, pair: Pair, db: Database, settings: Settings
) -> None:
    for _ in range(2):
        done = await ask(pair.couple, END, id=pair.key)
        assert done == {"partnership": {"id": pair.key, "isActive": False}, "errors": []}
    business = (await supplier.data(CLIENTS))["viewer"]["supplier"]
    assert business["partnerships"]["nodes"] == []
    client = {"id": pair.client_id, "status": "INACTIVE", "couple": None}
    assert business["clients"]["nodes"] == [client]
    email = (await supplier.data(MY_EMAIL))["viewer"]["supplier"]["email"]
    keeps = "The couple stays among your clients, as archived."
    words = f"Emma & James ended your connection. {keeps}"
    assert await notices(db, settings) == [(email, words)]


@pytest.mark.parametrize("way", ["end", "archive"])
async def test_ending_by_the_supplier_notifies_the_couple(
    supplier: GraphQLClient, pair: Pair, db: Database, settings: Settings, way: str
) -> None:
    if way == "end":
        assert (await ask(supplier, END, id=pair.key))["errors"] == []
    else:
        await supplier.data(UPDATE, input={"id": pair.client_id, "archived": True})
    words = "Lens ended your connection. It stays among your suppliers, as ended."
    assert await notices(db, settings) == [(EMMA, words)]
    document = "{ viewer { couple { partnerships { nodes { id isActive } } } } }"
    nodes = (await pair.couple.data(document))["viewer"]["couple"]["partnerships"]["nodes"]
    assert nodes == [{"id": pair.key, "isActive": False}]


async def test_partners_can_reconnect_after_an_end(supplier: GraphQLClient, pair: Pair) -> None:
    await ask(pair.couple, END, id=pair.key)
    repeated = await accept_invitation(pair.couple, code_of(await invite_again(supplier, pair)))
    assert repeated["partnership"]["isActive"] is True


async def test_a_blocking_couple_cannot_be_invited_until_it_unblocks(
    supplier: GraphQLClient, visitor: GraphQLClient, pair: Pair, db: Database, settings: Settings
) -> None:
    assert (await ask(pair.couple, BLOCK, id=pair.key))["partnership"]["isActive"] is False
    assert len(await notices(db, settings)) == 1  # of the end; a block is not told
    by_mail = await invite_again(supplier, pair)
    assert [(e["code"], e["path"]) for e in by_mail["errors"]] == [("INVALID", ["email"])]
    link = code_of(await invite_again(supplier, pair, channel="LINK"))
    assert await refused(pair.couple, link) == "INVALID_TRANSITION"
    other = await add_and_invite(
        supplier, "Somebody", channel="LINK"
    )  # as if it were another couple
    assert await refused(pair.couple, other) == "INVALID_TRANSITION"
    assert await ask(pair.couple, BLOCKED) == [{"partnershipId": pair.key, "name": "Lens"}]
    assert (await ask(pair.couple, UNBLOCK, id=pair.key))["errors"] == []
    assert await ask(pair.couple, BLOCKED) == []
    assert (await accept_invitation(pair.couple, link))["partnership"]["isActive"] is True


async def test_a_blocking_supplier_cannot_connect_until_it_unblocks(
    supplier: GraphQLClient, pair: Pair
) -> None:
    other = await add_and_invite(supplier, "Somebody", channel="LINK")
    await ask(supplier, BLOCK, id=pair.key)
    refusal = await invite_again(supplier, pair)
    assert [error["code"] for error in refusal["errors"]] == ["INVALID_TRANSITION"]
    assert await refused(pair.couple, other) == "REVOKED"
    assert await ask(supplier, BLOCKED) == [{"partnershipId": pair.key, "name": "Emma & James"}]
    assert await ask(pair.couple, BLOCKED) == []
    await ask(pair.couple, UNBLOCK, id=pair.key)  # only one's own
    assert await refused(pair.couple, other) == "REVOKED"
    await ask(supplier, UNBLOCK, id=pair.key)
    assert (await accept_invitation(pair.couple, other))["partnership"]["isActive"] is True


@pytest.mark.parametrize("document", [END, BLOCK, UNBLOCK])
async def test_only_the_two_sides_can_end_or_block(
    visitor: GraphQLClient, admin: GraphQLClient, pair: Pair, db: Database, document: str
) -> None:
    others = (await new_supplier(visitor, db), await new_couple(visitor, db), admin)
    for other in others:
        done = await ask(other, document, id=pair.key)
        assert [(e["code"], e["path"]) for e in done["errors"]] == [("NOT_FOUND", ["id"])]
        assert await ask(other, BLOCKED) == []
    assert (await visitor.as_(None).execute(document, id=pair.key)).codes == ["UNAUTHENTICATED"]
    document = "query ($id: ID!) { node(id: $id) { ... on Partnership { isActive } } }"
    assert await ask(pair.couple, document, id=pair.key) == {"isActive": True}


async def test_invitations_by_email_can_be_disabled_and_enabled(
    visitor: GraphQLClient, pair: Pair, db: Database
) -> None:
    florist = await new_supplier(visitor, db)
    assert await ask(pair.couple, ENABLED) is True
    for _ in range(2):
        assert await ask(pair.couple, EMAILS, on=False) == {"enabled": False, "errors": []}
    assert await ask(pair.couple, ENABLED) is False
    client = await ask(florist, ADD)
    command = {"clientId": client["client"]["id"], "email": EMMA}
    refusal = await ask(florist, INVITE, **command)
    assert [(e["code"], e["path"]) for e in refusal["errors"]] == [("INVALID", ["email"])]
    await ask(pair.couple, EMAILS, on=True)
    assert (await ask(florist, INVITE, **command))["errors"] == []
