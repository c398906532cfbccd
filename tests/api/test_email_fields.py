"""Every field with an e-mail address checks access, which the scalar does not (SEC10).

A new field fails the first test until it is listed here; the walk through the graph then reads it
as people who have nothing to do with each other. For the staff's addresses see `test_people`.
"""

import json

from graphql import build_schema, get_named_type, is_interface_type, is_object_type

from db.session import Database
from server.graph import schema
from tests.api.test_row_filters import Market, market
from tests.architecture.selections import selections
from tests.factories.accounts import email_of
from tests.factories.marketplace import add_client
from tests.support.graphql import GraphQLClient

__all__ = ["market"]  # a fixture

GRAPH = build_schema(schema.as_str())
FIELDS = {
    "Client.email", "Contact.email", "CoupleInvitation.email", "CoupleMember.email",
    "EmailPayload.email", "ImportRow.email", "Invitation.email", "Supplier.email", "User.email",
}  # fmt: skip
SECRET = "secret.couple@example.com"


def address_fields() -> set[str]:
    return {
        f"{kind.name}.{name}"
        for kind in GRAPH.type_map.values()
        if is_object_type(kind) or is_interface_type(kind)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name == "EmailAddress"
    }


async def read_addresses(client: GraphQLClient, ids: list[str]) -> str:
    """Select every field of FIELDS that a query can reach, each in a document of its own."""
    texts = []
    for selection in selections(GRAPH, {"nodes": f"(ids: {json.dumps(ids)})"}):
        if "email" in selection:
            answer = await client.execute(f"{{ {selection} }}")
            assert "INTERNAL" not in answer.codes, (selection, answer.body)
            texts.append(json.dumps(answer.body))
    return "\n".join(texts)


def test_every_field_with_an_address_is_listed() -> None:
    assert address_fields() == FIELDS


async def test_addresses_are_shown_to_partners_only(market: Market, db: Database) -> None:
    await add_client(market.clients["Olga"], "Lea & Tom", email=SECRET)
    addresses = {
        name: await email_of(market.clients[name])
        for name in ("Sarah", "Olga", "Emma", "Zoe", "admin", "viewer")
    }
    addresses["client of Olga"] = SECRET
    ids, visible = list(market.ids.values()), {}
    for name in ("Sarah", "Olga", "Emma", "Zoe", "visitor"):
        text = await read_addresses(market.clients[name], ids)
        visible[name] = {owner for owner, address in addresses.items() if address in text}
    assert visible == {
        "Sarah": {"Sarah", "Emma"},
        "Olga": {"Olga", "Emma", "client of Olga"},
        "Emma": {"Emma", "Sarah", "Olga"},
        "Zoe": {"Zoe"},
        "visitor": set(),
    }
