"""Both partners have an account of their own, and see and edit one couple (M9)."""

from db.session import Database
from tests.factories import notifications
from tests.factories.accounts import EXPORT, email_of
from tests.factories.conversations import LIST, THREAD, Pair, mark_read, send_message
from tests.factories.couples import (
    JAMES,
    Partners,
    own_couple,
    remove,
)
from tests.factories.marketplace import (
    COUPLE_SETUP,
    INVITE,
    PROFILE,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.graphql import GraphQLClient

MEMBERS = """query ($id: ID!) { node(id: $id) { ... on Couple {
  members { email } partnerInvitation { id } } } }"""
CONTACTS = "query ($id: ID!) { node(id: $id) { ... on Partnership { contacts { side email } } } }"


async def test_both_see_the_same_couple_and_their_own_account(both: Partners) -> None:
    emma, james = await own_couple(both.emma), await own_couple(both.james)
    assert emma["id"] == james["id"]
    assert [(m["email"], m["isViewer"]) for m in james["members"]] == [
        (await email_of(both.emma), False),
        (JAMES, True),
    ]
    assert await email_of(both.james) == JAMES


async def test_profile_changes_of_one_partner_are_visible_to_the_other(both: Partners) -> None:
    form = {"partner1Name": "Emma", "partner2Name": "James", "weddingDate": "2027-06-12"}
    answer = await both.james.data(PROFILE, input=form)
    assert answer["updateProfile"]["errors"] == []
    seen = await own_couple(both.emma)
    assert {name: seen[name] for name in form} == form


async def test_an_onboarding_step_is_complete_for_both_partners(both: Partners, pair: Pair) -> None:
    await both.james.data(PROFILE, input={"partner1Name": "Emma", "partner2Name": "James"})
    for client in (both.emma, both.james):
        setup = (await client.data(COUPLE_SETUP))["viewer"]["couple"]["onboarding"]
        assert setup["percentComplete"] == 100
        assert all(step["completedAt"] for step in setup["steps"])


async def test_each_reads_the_conversation_for_themselves(both: Partners, pair: Pair) -> None:
    message = await send_message(pair.supplier, pair.id, "Hello you two")
    await mark_read(both.emma, pair.id, message["position"])
    unread = [
        (await client.data(LIST))["conversations"]["unreadConversations"]
        for client in (both.emma, both.james)
    ]
    assert unread == [0, 1]
    answer = await send_message(both.james, pair.id, "Hello Sarah")
    assert answer["side"] == "COUPLE"
    node = (await both.emma.data(THREAD, id=pair.id))["node"]
    assert [m["isMine"] for m in node["messages"]["nodes"]] == [False, True]  # as one couple
    assert node["unreadCount"] == 0


async def test_a_supplier_gets_the_addresses_of_both(both: Partners, pair: Pair) -> None:
    contacts = (await pair.supplier.data(CONTACTS, id=pair.partnership_id))["node"]["contacts"]
    couple = [item["email"] for item in contacts if item["side"] == "COUPLE"]
    assert couple == [await email_of(both.emma), JAMES]


async def test_both_partners_are_notified_of_an_ended_partnership(
    both: Partners, pair: Pair
) -> None:
    await pair.end()
    for client in (both.emma, both.james):
        assert (await notifications.kinds(client))[0] == "PARTNERSHIP_ENDED"


async def test_a_block_holds_for_the_address_of_either(
    both: Partners, pair: Pair, supplier: GraphQLClient
) -> None:
    block = "mutation ($id: ID!) { blockPartner(id: $id) { errors { code } } }"
    assert (await both.emma.data(block, id=pair.partnership_id))["blockPartner"]["errors"] == []
    client = await add_client(supplier, "J. and E.")
    answer = await supplier.data(INVITE, clientId=client["id"], email=JAMES)
    assert [e["code"] for e in answer["inviteClient"]["errors"]] == ["INVALID"]


async def test_others_see_no_members(
    both: Partners, pair: Pair, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    couple = (await own_couple(both.emma))["id"]
    seen = (await pair.supplier.data(MEMBERS, id=couple))["node"]
    assert seen == {"members": [], "partnerInvitation": None}
    for stranger in (await new_supplier(visitor, db), await new_couple(visitor, db)):
        assert (await stranger.data(MEMBERS, id=couple))["node"] is None
    staff = (await admin.data("{ couples { nodes { id members { email } } } }"))["couples"]["nodes"]
    (of_staff,) = [node for node in staff if node["id"] == couple]
    assert [member["email"] for member in of_staff["members"]] == [await email_of(both.emma), JAMES]


async def test_staff_finds_a_couple_by_the_address_of_either(
    both: Partners, admin: GraphQLClient
) -> None:
    document = "query ($search: String) { couples(search: $search) { nodes { id } totalCount } }"
    for email in (await email_of(both.emma), JAMES.upper()):
        couples = (await admin.data(document, search=email))["couples"]
        assert couples == {"nodes": [{"id": (await own_couple(both.emma))["id"]}], "totalCount": 1}


async def test_the_export_of_each_holds_the_couple(both: Partners, pair: Pair) -> None:
    for client in (both.emma, both.james):
        data = (await client.data(EXPORT))["exportMyData"]
        assert len(data["couples"]) == len(data["couple_members"]) == 1
        assert len(data["supplier_couple_connections"]) == 1
        assert "invite_code" not in data["couple_invitations"][0]
    await remove(both.emma, own=False)
    data = (await both.james.data(EXPORT))["exportMyData"]
    assert data["supplier_couple_connections"] == data["couple_invitations"] == []
