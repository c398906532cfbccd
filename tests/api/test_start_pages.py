"""What a supplier needs first: the next weddings, and invitations that end soon (U12)."""

from datetime import timedelta

from db.session import Database
from tests.factories.marketplace import (
    UPDATE,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400
START = """{ viewer { supplier { id
  nextWeddings { coupleNames weddingDate }
  endingInvitations { id client { coupleNames } } } } }"""
OF_OTHERS = """query ($id: ID!) { node(id: $id) { ... on Supplier {
  nextWeddings { id } endingInvitations { id } } } }"""


async def weddings(client: GraphQLClient) -> list[str]:
    clients = (await client.data(START))["viewer"]["supplier"]["nextWeddings"]
    return [item["coupleNames"] for item in clients]


async def ending(client: GraphQLClient) -> list[str]:
    invitations = (await client.data(START))["viewer"]["supplier"]["endingInvitations"]
    return [item["client"]["coupleNames"] for item in invitations]


async def test_the_three_next_weddings_come_in_their_order(
    supplier: GraphQLClient, clock: Clock
) -> None:
    today = clock().date()
    for name, days in (("D", 400), ("B", 30), ("past", -30), ("A", 1), ("C", 90), ("gone", 2)):
        client = await add_client(supplier, name, weddingDate=str(today + timedelta(days=days)))
        if name == "gone":
            await supplier.data(UPDATE, input={"id": client["id"], "archived": True})
    await add_client(supplier, "no day yet")
    assert await weddings(supplier) == ["A", "B", "C"]


async def test_pending_invitations_of_the_next_three_days_end_soon(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database, clock: Clock
) -> None:
    for name, days in (("late", 5), ("second", 3), ("first", 1)):
        await add_and_invite(supplier, name, days=days)
    await accept_invitation(
        await new_couple(visitor, db), await add_and_invite(supplier, "connected", days=1)
    )
    assert await ending(supplier) == ["first", "second"]
    clock.advance(DAY - 60)
    await add_and_invite(supplier, "new", days=3)
    assert await ending(supplier) == ["first", "second", "new"]


async def test_others_see_none_of_it(
    supplier: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    await add_client(supplier, "A", weddingDate="2099-01-01")
    couple = await new_couple(visitor, db)
    await accept_invitation(couple, await add_and_invite(supplier, "B", days=1))
    await add_and_invite(supplier, "C", days=1)
    key = (await supplier.data(START))["viewer"]["supplier"]["id"]
    assert (await couple.data(OF_OTHERS, id=key))["node"] == {
        "nextWeddings": [],
        "endingInvitations": [],
    }
    assert (await (await new_supplier(visitor, db)).data(OF_OTHERS, id=key))["node"] is None
    staff = (await admin.data(OF_OTHERS, id=key))["node"]
    assert [len(staff[name]) for name in ("nextWeddings", "endingInvitations")] == [1, 1]
