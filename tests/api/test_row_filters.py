"""Each sees only its own rows (A53): every field that leads to somebody's rows, as everybody.

One marketplace: Sarah (supplier) works with Emma (couple); Olga (supplier) works with Emma too and
has a client of her own. Nobody may learn what belongs to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from db.session import Database
from domain.actors import Role
from domain.ids import parse_global_id
from tests.factories import user_sessions
from tests.factories.bulk import start_bulk
from tests.factories.imports import run_import
from tests.factories.marketplace import (
    INVITE,
    RESEND,
    REVOKE,
    SUPPLIER_SETUP,
    UPDATE,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.graphql import GraphQLClient, GraphQLResponse

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Supplier { clients { totalCount nodes { id notes } } firstValueAt
      partnerships { nodes { id couple { id } } } }
    ... on Couple { firstConnectionAt partnerships { nodes { id supplier { id } } } }
    ... on Client { coupleNames email notes }
    ... on Invitation { email status }
    ... on Onboarding { percentComplete }
    ... on ClientImport { added fileName }
    ... on BulkInvitation { bulkStatus: status progress { total } }
  }
}
"""
DIRECTORY = (
    "{ suppliers { nodes { id } } }",
    "{ couples { nodes { id } } }",
    "{ invitations { nodes { id } } }",
    "{ stalledOnboardings { nodes { id } } }",
)


@dataclass
class Market:
    """Everybody with their client, and the ids of their rows."""

    clients: Mapping[str, GraphQLClient]
    ids: Mapping[str, str]

    async def node(self, who: str, what: str) -> GraphQLResponse:
        return await self.clients[who].execute(NODE, id=self.ids[what])


@pytest.fixture
async def market(
    supplier: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient, db: Database
) -> Market:
    sarah, olga = supplier, await new_supplier(visitor, db)
    emma, zoe = await new_couple(visitor, db), await new_couple(visitor, db)
    viewer = visitor.as_(await user_sessions.create_session(db, Role.VIEWER))
    one, other = (
        await add_and_invite(sarah, "Emma & James"),
        await add_and_invite(olga, "Emma & James"),
    )
    first, second = await accept_invitation(emma, one), await accept_invitation(emma, other)
    secret = await add_client(olga, "A secret couple", notes="pays badly")
    ids = {
        "client of Sarah": one.client_id,
        "client of Olga": secret["id"],
        "invitation of Sarah": one.id,
        "invitation of Olga": other.id,
        "Sarah with Emma": first["partnership"]["id"],
        "Olga with Emma": second["partnership"]["id"],
        "Sarah": first["partnership"]["supplier"]["id"],
        "Olga": second["partnership"]["supplier"]["id"],
        "Emma": first["couple"]["id"],
    }
    for name, client in (("Sarah", sarah), ("Olga", olga)):
        business = (await client.data(SUPPLIER_SETUP))["viewer"]["supplier"]
        ids[f"onboarding of {name}"] = business["onboarding"]["id"]
        ids[f"import of {name}"] = (await run_import(client, "Name\nAna & Ben\n"))["clientImport"][
            "id"
        ]
        ids[f"bulk of {name}"] = (await start_bulk(client))["id"]
    clients = {"Sarah": sarah, "Olga": olga, "Emma": emma, "Zoe": zoe, "admin": admin}
    return Market({**clients, "viewer": viewer, "visitor": visitor.as_(None)}, ids)


SEEN = {
    "Sarah": {
        "client of Sarah", "invitation of Sarah", "Sarah with Emma", "Sarah", "onboarding of Sarah",
        "Emma", "import of Sarah", "bulk of Sarah",
    },
    "Olga": {
        "client of Olga", "invitation of Olga", "Olga with Emma", "Olga", "onboarding of Olga",
        "Emma", "import of Olga", "bulk of Olga",
    },
    "Emma": {"Sarah with Emma", "Olga with Emma", "Emma", "Sarah", "Olga"},
    "Zoe": set(),
    "visitor": set(),
}  # fmt: skip


async def test_nodes_are_visible_to_their_owners_only(market: Market) -> None:
    for who, own in SEEN.items():
        visible = {what for what in market.ids if (await market.node(who, what)).data["node"]}
        assert (who, visible) == (who, own)


async def test_staff_see_every_node(market: Market) -> None:
    for who in ("viewer", "admin"):
        for what, key in market.ids.items():
            answer = (await market.node(who, what)).data["node"]
            assert (what, answer["id"]) == (what, key)
            assert parse_global_id(key)[0] == answer["__typename"]  # type: ignore[index] # they are ids


async def test_rows_of_others_are_not_reachable_through_partners(market: Market) -> None:
    """From the own partner on to the rows of others: the field is there, the rows are not."""
    walk = """{ viewer { couple { partnerships(first: 5) { nodes { supplier {
      clients(first: 5) { totalCount nodes { notes coupleNames } } firstValueAt
      partnerships(first: 5) { nodes { couple { id partnerships(first: 5) { nodes { id } } } } }
    } } } } } }"""
    nodes = (await market.clients["Emma"].data(walk))["viewer"]["couple"]["partnerships"]["nodes"]
    for node in nodes:
        assert node["supplier"]["clients"] == {"totalCount": 0, "nodes": []}
        assert node["supplier"]["firstValueAt"] is None
        (only,) = node["supplier"]["partnerships"]["nodes"]
        assert only["couple"]["id"] == market.ids["Emma"]


async def test_a_supplier_does_not_see_the_other_suppliers_of_its_couple(market: Market) -> None:
    walk = """{ viewer { supplier { clients { nodes { couple {
      firstConnectionAt partnerships { nodes { supplier { id } } } } } } } } }"""
    for who in ("Sarah", "Olga"):
        nodes = (await market.clients[who].data(walk))["viewer"]["supplier"]["clients"]["nodes"]
        couples = [node["couple"] for node in nodes if node["couple"]]
        own_partnerships = [{"supplier": {"id": market.ids[who]}}]
        assert couples == [{"firstConnectionAt": None, "partnerships": {"nodes": own_partnerships}}]


@pytest.mark.parametrize(
    "walk",
    [
        "{ viewer { couple { partnerships { nodes { supplier { onboarding { id } } } } } } }",
        "{ viewer { supplier { partnerships { nodes { couple { onboarding { id } } } } } } }",
    ],
)
async def test_the_onboarding_of_a_partner_is_not_readable(market: Market, walk: str) -> None:
    who = "Emma" if "viewer { couple" in walk else "Sarah"
    assert (await market.clients[who].execute(walk)).codes == ["FORBIDDEN"]
    assert (await market.clients[who].execute(walk)).body["data"]["viewer"] is not None


@pytest.mark.parametrize("document", DIRECTORY)
async def test_the_directory_is_staff_only(market: Market, document: str) -> None:
    for who in SEEN:
        code = "UNAUTHENTICATED" if who == "visitor" else "FORBIDDEN"
        assert (who, (await market.clients[who].execute(document)).codes) == (who, [code])
    for who in ("viewer", "admin"):
        await market.clients[who].data(document)


@pytest.mark.parametrize("who", ["Sarah", "Emma", "Zoe"])
async def test_rows_of_others_cannot_be_changed(market: Market, who: str) -> None:
    """NOT_FOUND as data, the same as for an id that never was; couples have no clients at all."""
    client, code = market.clients[who], "NOT_FOUND" if who == "Sarah" else "FORBIDDEN"
    client_id, invitation = market.ids["client of Olga"], market.ids["invitation of Olga"]
    before = (await market.node("admin", "client of Olga")).data
    tries: list[tuple[str, str, dict[str, Any]]] = [
        (UPDATE, "updateClient", {"input": {"id": client_id, "notes": "mine"}}),
        (UPDATE, "updateClient", {"input": {"id": client_id, "archived": True}}),
        (INVITE, "inviteClient", {"clientId": client_id}),
        (RESEND, "resendInvitation", {"id": invitation}),
        (REVOKE, "revokeInvitation", {"id": invitation}),
    ]
    for document, name, variables in tries:
        answer = (await client.data(document, **variables))[name]
        assert [error["code"] for error in answer["errors"]] == [code]
    assert (await market.node("admin", "client of Olga")).data == before


async def test_directory_readers_cannot_write(market: Market) -> None:
    sent = {"id": market.ids["client of Olga"], "notes": "mine"}
    answer = (await market.clients["viewer"].data(UPDATE, input=sent))["updateClient"]
    assert answer["errors"][0]["code"] == "FORBIDDEN"
    done = (await market.clients["admin"].data(UPDATE, input=sent))["updateClient"]
    assert done["client"]["notes"] == "mine"
