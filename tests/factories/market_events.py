"""One walk through the marketplace, and its events as callers see them."""

from dataclasses import dataclass
from typing import Any

from tests.factories.conversations import SEND
from tests.factories.journeys import sign_up_supplier
from tests.factories.marketplace import SentInvitation, accept_invitation, add_and_invite
from tests.support.graphql import GraphQLClient

EVENTS = """query (
  $kinds: [MarketplaceEventKind!], $first: Int, $after: String, $newest: Boolean!
) {
  marketplaceEvents(kinds: $kinds, first: $first, after: $after, newestFirst: $newest) {
    nodes { cursor at kind subjectId supplierId coupleId subject {
      __typename ... on Node { id } } }
    pageInfo { hasNextPage endCursor } } }"""
WALK = [
    "SUPPLIER_SIGNED_UP",
    "INVITATION_SENT",
    "COUPLE_SIGNED_UP",
    "PARTNERSHIP_STARTED",
    "INVITATION_ACCEPTED",
    "MESSAGE_SENT",
]
TEXT = "We would love to see the venue."
_CONVERSATION = """query ($id: ID!) { node(id: $id) {
  ... on Partnership { conversation { id } } } }"""


@dataclass(frozen=True)
class Walk:
    """A supplier who signed up, invited a couple, was accepted, and has got a message."""

    supplier: GraphQLClient
    couple: GraphQLClient
    invitation: SentInvitation
    partnership_id: str
    conversation_id: str


async def walk(visitor: GraphQLClient, email: str = "emma@example.com") -> Walk:
    """Walk from the sign-up of a supplier to the first message of its couple."""
    supplier = await sign_up_supplier(visitor)
    sent = await add_and_invite(supplier)
    accepted = await accept_invitation(visitor.as_(None), sent, email=email)
    couple = visitor.as_(accepted["session"]["accessToken"])
    partnership = accepted["partnership"]["id"]
    answer = await couple.data(_CONVERSATION, id=partnership)
    conversation = answer["node"]["conversation"]["id"]
    message = {"conversationId": conversation, "text": TEXT, "idempotencyKey": "k" * 22}
    assert (await couple.data(SEND, input=message))["sendMessage"]["errors"] == []
    return Walk(supplier, couple, sent, partnership, conversation)


async def events(
    client: GraphQLClient, *kinds: str, newest: bool = False, **page: object
) -> list[dict[str, Any]]:
    """The events that a caller may list."""
    answer = await client.data(EVENTS, kinds=list(kinds) or None, newest=newest, **page)
    nodes: list[dict[str, Any]] = answer["marketplaceEvents"]["nodes"]
    return nodes


def kinds_of(nodes: list[dict[str, Any]]) -> list[str]:
    """The kinds of events, in order."""
    return [node["kind"] for node in nodes]
