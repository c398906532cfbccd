"""The directory of the staff: search, filters, pages (S115, A43)."""

from typing import Any

import pytest
from sqlalchemy import text

from db.models.accounts import User
from db.models.couples import Couple
from db.models.suppliers import Supplier
from db.session import Database
from domain.actors import Role, VendorType
from tests.factories.marketplace import REVOKE, accept_invitation, add_and_invite
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SUPPLIERS = """
query ($first: Int, $after: String, $search: String, $vendorType: VendorType) {
  suppliers(first: $first, after: $after, search: $search, vendorType: $vendorType) {
    nodes { businessName } totalCount pageInfo { hasNextPage endCursor }
  }
}
"""
COUPLES = """
query ($search: String) {
  couples(search: $search) { nodes { partner1Name } totalCount }
}
"""
INVITATIONS = """
query ($status: [InvitationStatus!], $email: EmailAddress) {
  invitations(status: $status, email: $email) { nodes { status client { coupleNames } } totalCount }
}
"""
PEOPLE = ("Sarah's Photos", "Photo Palace", "Blumen & Söhne", "Venue 12")


async def fill(db: Database) -> None:
    """Four suppliers and four couples, one after the other."""
    for index, name in enumerate(PEOPLE):
        async with db.write() as uow:
            for role in (Role.SUPPLIER, Role.COUPLE):
                user = User(email=f"{role}{index}@example.com", role=role)
                uow.session.add(user)
                await uow.session.flush()
                uow.session.add(
                    Supplier(
                        user_id=user.id,
                        email=f"hello{index}@shop-{index}.example",
                        business_name=name,
                        vendor_type=list(VendorType)[index],
                    )
                    if role is Role.SUPPLIER
                    else Couple(user_id=user.id, partner1_name=f"Emma {index}", partner2_name="Jim")
                )


async def names(client: GraphQLClient, **more: object) -> list[str]:
    page = (await client.data(SUPPLIERS, **more))["suppliers"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["businessName"] for node in page["nodes"]]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (None, list(reversed(PEOPLE))),
        ("", list(reversed(PEOPLE))),
        ("photo", ["Photo Palace", "Sarah's Photos"]),
        ("PHOTOS", ["Sarah's Photos"]),
        ("sarah photo", ["Sarah's Photos"]),
        ("hello2", ["Blumen & Söhne"]),
        ("hello2@shop-2.example", ["Blumen & Söhne"]),
        ("SUPPLIER2@example.com", ["Blumen & Söhne"]),  # which they log in with (U4)
        ("supplier2@example", []),
        ("söh", ["Blumen & Söhne"]),
        ("12", ["Venue 12"]),
        ("otos", []),
        ("!!!", []),
        ("' OR 1=1 --", []),
        ("photo:* | venue", []),
    ],
)
async def test_suppliers_are_found_by_the_beginnings_of_words(
    viewer: GraphQLClient, db: Database, search: str | None, expected: list[str]
) -> None:
    await fill(db)
    assert await names(viewer, search=search) == expected


async def test_suppliers_are_filtered_by_what_they_offer(
    viewer: GraphQLClient, db: Database
) -> None:
    await fill(db)
    assert await names(viewer, vendorType="VENUE") == ["Photo Palace"]
    assert await names(viewer, vendorType="VENUE", search="sarah") == []


async def test_search_results_are_paged(viewer: GraphQLClient, db: Database) -> None:
    await fill(db)
    names, after = [], None
    for _ in range(2):
        page = (await viewer.data(SUPPLIERS, first=1, after=after, search="photo"))["suppliers"]
        names += [node["businessName"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert names == ["Photo Palace", "Sarah's Photos"]
    assert not page["pageInfo"]["hasNextPage"]


async def test_suppliers_are_paged(viewer: GraphQLClient, db: Database) -> None:
    await fill(db)
    names, after = [], None
    for _ in range(3):
        page = (await viewer.data(SUPPLIERS, first=2, after=after))["suppliers"]
        names += [node["businessName"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"] or after
    assert names == list(reversed(PEOPLE))


@pytest.mark.parametrize(
    ("search", "count"), [("emma", 4), ("jim emma", 4), ("couple2@EXAMPLE.com", 1), ("x@y.z", 0)]
)
async def test_couples_are_found_by_names_or_full_email(
    viewer: GraphQLClient, db: Database, search: str, count: int
) -> None:
    await fill(db)
    page = (await viewer.data(COUPLES, search=search))["couples"]
    assert (page["totalCount"], len(page["nodes"])) == (count, count)


async def test_long_searches_are_refused(viewer: GraphQLClient) -> None:
    for document in (SUPPLIERS, COUPLES):
        assert (await viewer.execute(document, search="x" * 101)).codes == ["BAD_USER_INPUT"]


async def shown(client: GraphQLClient, status: list[str] | None) -> Any:  # noqa: ANN401 - JSON
    page = (await client.data(INVITATIONS, status=status))["invitations"]
    assert page["totalCount"] == len(page["nodes"])
    return sorted(node["client"]["coupleNames"] for node in page["nodes"])


async def test_invitations_are_filtered_by_current_status(
    supplier: GraphQLClient,
    viewer: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    clock: Clock,
) -> None:
    """What has run out counts as expired, swept up or not."""
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '90 days'"))
    await add_and_invite(supplier, "short", days=1)
    await accept_invitation(
        visitor, await add_and_invite(supplier, "done"), email="emma@example.com"
    )
    await supplier.data(REVOKE, id=(await add_and_invite(supplier, "gone")).id)
    await add_and_invite(supplier, "long")
    clock.advance(2 * 86_400)
    assert await shown(viewer, None) == ["done", "gone", "long", "short"]
    assert await shown(viewer, ["SENT", "OPENED"]) == ["long"]
    assert await shown(viewer, ["EXPIRED"]) == ["short"]
    assert await shown(viewer, ["SENT", "EXPIRED"]) == ["long", "short"]
    assert await shown(viewer, ["SENT", "OPENED", "EXPIRED"]) == ["long", "short"]
    assert await shown(viewer, ["OPENED", "EXPIRED"]) == ["short"]
    assert await shown(viewer, ["ACCEPTED", "EXPIRED"]) == ["done", "short"]
    assert await shown(viewer, []) == []


async def test_invitations_are_found_by_full_email(
    supplier: GraphQLClient, viewer: GraphQLClient
) -> None:
    for name in ("emma", "noor"):
        await add_and_invite(supplier, name, email=f"{name}@example.com")
    page = (await viewer.data(INVITATIONS, email="EMMA@example.com"))["invitations"]
    assert [node["client"]["coupleNames"] for node in page["nodes"]] == ["emma"]
    assert page["totalCount"] == 1
    assert (await viewer.execute(INVITATIONS, email="emma")).codes == ["BAD_USER_INPUT"]
