"""Marketplace events as each role lists them (M14, A53)."""

from db.session import Database
from domain.actors import Scope
from tests.factories.couples import Partners, invite_code
from tests.factories.market_events import EVENTS, TEXT, WALK, Walk, events, kinds_of, walk
from tests.factories.marketplace import DECLINE, REVOKE, add_and_invite, new_couple, new_supplier
from tests.factories.tokens import new_token
from tests.support.graphql import GraphQLClient

OF_SUPPLIER = [kind for kind in WALK if kind != "COUPLE_SIGNED_UP"]
OF_COUPLE = [kind for kind in WALK if kind not in ("SUPPLIER_SIGNED_UP", "INVITATION_SENT")]
SUBJECTS = {
    "SUPPLIER_SIGNED_UP": "User",
    "COUPLE_SIGNED_UP": "User",
    "INVITATION_SENT": "Invitation",
    "INVITATION_ACCEPTED": "Invitation",
    "PARTNERSHIP_STARTED": "Partnership",
    "MESSAGE_SENT": None,  # conversations are read by their two sides only
}


async def codes(client: GraphQLClient) -> list[str]:
    return (await client.execute(EVENTS, newest=False)).codes


async def test_every_role_lists_its_own_events_and_no_others(
    visitor: GraphQLClient, viewer: GraphQLClient, operator: GraphQLClient, db: Database
) -> None:
    one = await walk(visitor)
    other = await walk(visitor, "zoe@example.com")
    for party in (one, other):
        assert kinds_of(await events(party.supplier)) == OF_SUPPLIER
        assert kinds_of(await events(party.couple)) == OF_COUPLE
    for nobody in (await new_supplier(visitor, db), await new_couple(visitor, db)):
        assert await events(nobody) == []
    for staff in (viewer, operator):
        assert kinds_of(await events(staff)) == WALK * 2
    own = {node["supplierId"] for node in await events(one.supplier)} - {None}
    others = {node["supplierId"] for node in await events(other.supplier)} - {None}
    assert (len(own), len(others), own & others) == (1, 1, set())


async def test_only_tokens_with_the_scope_list_events(visitor: GraphQLClient, db: Database) -> None:
    await walk(visitor)
    reader = visitor.as_(await new_token(db, [Scope.DIRECTORY_READ]))
    assert kinds_of(await events(reader)) == WALK
    for scope in set(Scope) - {Scope.DIRECTORY_READ, Scope.SELF}:
        assert await codes(visitor.as_(await new_token(db, [scope]))) == ["FORBIDDEN"]
    assert await events(visitor.as_(await new_token(db, [Scope.SELF]))) == []
    assert await codes(visitor.as_(None)) == ["UNAUTHENTICATED"]


async def test_subjects_are_what_the_caller_may_see(
    visitor: GraphQLClient, viewer: GraphQLClient
) -> None:
    party = await walk(visitor)
    for node in await events(viewer):
        subject = node["subject"] and node["subject"]["__typename"]
        assert (node["kind"], subject) == (node["kind"], SUBJECTS[node["kind"]])
    seen = {node["kind"]: node["subject"] for node in await events(party.couple)}
    assert seen["INVITATION_ACCEPTED"] is None  # invitations belong to the supplier
    assert seen["PARTNERSHIP_STARTED"]["id"] == party.partnership_id
    assert seen["MESSAGE_SENT"]["id"] == party.conversation_id


async def test_events_hold_ids_and_no_personal_data(
    visitor: GraphQLClient, viewer: GraphQLClient
) -> None:
    await walk(visitor)
    body = str(await events(viewer))
    for text in (TEXT, "example.com", "Emma", "James"):
        assert text not in body


async def test_events_of_a_kind_are_paged_in_both_orders(
    visitor: GraphQLClient, viewer: GraphQLClient
) -> None:
    await walk(visitor)
    chosen = ("INVITATION_SENT", "INVITATION_ACCEPTED", "MESSAGE_SENT")
    page = (await viewer.data(EVENTS, kinds=chosen, first=2, newest=False))["marketplaceEvents"]
    assert kinds_of(page["nodes"]) == list(chosen[:2])
    assert page["pageInfo"]["hasNextPage"] is True
    after = page["pageInfo"]["endCursor"]
    assert kinds_of(await events(viewer, *chosen, after=after)) == ["MESSAGE_SENT"]
    assert kinds_of(await events(viewer, *chosen, newest=True)) == list(reversed(chosen))
    assert (await viewer.data(EVENTS, kinds=[], newest=False))["marketplaceEvents"]["nodes"] == []


async def test_ends_of_invitations_and_partnerships_are_events(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    declined = await add_and_invite(supplier, "Ana & Ben")
    await visitor.data(DECLINE, code=declined.code)
    revoked = await add_and_invite(supplier, "Mia & Tom")
    await supplier.data(REVOKE, id=revoked.id)
    ends = ("INVITATION_DECLINED", "INVITATION_REVOKED")
    nodes = await events(supplier, *ends)
    assert [(node["kind"], node["subjectId"]) for node in nodes] == [
        (ends[0], declined.id),
        (ends[1], revoked.id),
    ]


async def test_an_ended_partnership_leaves_ids_and_no_rows_to_its_supplier(
    visitor: GraphQLClient,
) -> None:
    """SEC11: what the couple does afterwards does not concern the supplier."""
    party: Walk = await walk(visitor)
    end = "mutation ($id: ID!) { endPartnership(id: $id) { errors { code } } }"
    assert (await party.couple.data(end, id=party.partnership_id))["endPartnership"]["errors"] == []
    (ended,) = await events(party.supplier, "PARTNERSHIP_ENDED")
    assert (ended["subjectId"], ended["subject"]) == (party.partnership_id, None)
    (ended,) = await events(party.couple, "PARTNERSHIP_ENDED")
    assert ended["subject"]["id"] == party.partnership_id


async def test_both_partners_of_a_couple_list_its_events(
    both: Partners, supplier: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier)
    accept = """mutation ($code: String!) {
      acceptInvitation(input: {code: $code}) { errors { code } } }"""
    assert (await both.emma.data(accept, code=sent.code))["acceptInvitation"]["errors"] == []
    for partner in (both.emma, both.james):
        listed = kinds_of(await events(partner, "INVITATION_ACCEPTED", "PARTNERSHIP_STARTED"))
        assert listed == ["PARTNERSHIP_STARTED", "INVITATION_ACCEPTED"]


async def test_invitations_between_partners_are_no_marketplace_events(
    couple: GraphQLClient, viewer: GraphQLClient
) -> None:
    await invite_code(couple)
    assert await events(viewer) == []
