"""Every list of the graph pages in both directions, as Relay's specification has it (SEC15)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from db.session import Database
from devserver import demo
from domain.actors import Role
from server.compat import core_schema
from server.graph import schema
from tests.factories import user_sessions
from tests.factories.conversations import send_message
from tests.factories.incidents import report_incident, toggle_flag
from tests.factories.marketplace import (
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.factories.silences import create_silence
from tests.factories.webhooks import create_webhook
from tests.support.graphql import GraphQLClient

SHAPE = "{ edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
NEWEST = "{ conversations(first: 1) { nodes { id } } }"
# Type.field -> how to come there; %s is the field with its arguments. `me` is the supplier's.
PATHS = {
    "Conversation.messages": "{ conversations(first: 1) { nodes { at: %s } } }",
    "Couple.partnerships": "{ couples(last: 1) { nodes { at: %s } } }",
    "FeatureFlag.changes": '{ featureFlag(key: "mvp_test_feature") { at: %s } }',
    "Incident.timeline": "{ incidents(first: 1) { nodes { at: %s } } }",
    "LaunchPhase.runs": "{ launchPhases { at: %s } }",
    "Supplier.clients": "{ viewer { supplier { at: %s } } }",
    "Supplier.partnerships": "{ viewer { supplier { at: %s } } }",
}
ARGUMENTS = {
    "stalledOnboardings": "olderThanSeconds: 0",
    "webhookDeliveries": 'webhookId: "%(webhook)s"',
    "incidents": "status: null",
}
OF_SUPPLIER = ("Supplier.", "Conversation.", "Query.conversations", "Query.notifications")
FILLED = {  # those that the fixture fills with more than two pages of two
    "Conversation.messages", "Query.conversations", "Couple.partnerships",
    "FeatureFlag.changes", "Incident.timeline", "Supplier.clients",
    "Supplier.partnerships", "Query.staff", "Query.launchEvents", "Query.changes",
    "Query.featureFlags", "Query.incidents", "Query.incidentAssignees", "Query.silences",
    "Query.suppliers", "Query.couples", "Query.invitations", "Query.webhooks",
    "Query.notifications",
}  # fmt: skip
Page = dict[str, Any]
Ask = Callable[[str], Awaitable[Page]]


def connections() -> list[str]:
    """Of every type, `Type.field`."""
    return sorted(
        f"{kind.name}.{name}"
        for kind in core_schema(schema).type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    )


def test_every_list_accepts_both_directions() -> None:
    for place in connections():
        kind, name = place.split(".")
        owner = core_schema(schema).type_map[kind]
        assert isinstance(owner, GraphQLObjectType)
        assert {"first", "after", "last", "before"} <= owner.fields[name].args.keys(), place
    assert len(connections()) >= 21


@pytest.fixture
async def webhook(
    admin: GraphQLClient, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> str:
    """A launch with five of everything; the id of a webhook."""
    for number in range(5):  # before the demo, whose flags are off and hold suppliers back
        await new_supplier(visitor, db)
        await add_client(supplier, f"Couple {number}")
    couple = await new_couple(visitor, db)
    for _ in range(5):
        other = await new_supplier(visitor, db)
        await accept_invitation(couple, await add_and_invite(other))
        await accept_invitation(await new_couple(visitor, db), await add_and_invite(supplier))
    (newest,) = (await supplier.data(NEWEST))["conversations"]["nodes"]
    for number in range(5):
        await send_message(supplier, newest["id"], f"Message {number}")
    async with db.write() as uow:
        await demo.load(uow)
    for on in (True, False, True, False, True):
        await toggle_flag(admin, "mvp_test_feature", on)
    for number in range(5):
        await report_incident(
            admin, title=f"Incident {number}", affectedFeatures=["mvp_test_feature"]
        )
        await create_silence(db)
        await user_sessions.create_session(db, Role.ADMIN)
    hooks = [
        await create_webhook(admin, f"https://hooks.example.com/{number}") for number in range(5)
    ]
    return hooks[0]


def asker(place: str, clients: tuple[GraphQLClient, GraphQLClient], webhook: str) -> Ask:
    """Pages of a list, of the staff or, where they are its own, of a supplier."""
    kind, name = place.split(".")
    client = clients[place.startswith(OF_SUPPLIER)]

    async def ask(arguments: str) -> Page:
        more = ARGUMENTS.get(name, "") if kind == "Query" else ""
        field = f"{name}({more % {'webhook': webhook}} {arguments}) {SHAPE}"
        data = await client.data(PATHS.get(place, "{ at: %s }") % field)
        while "at" not in data:
            data = next(iter(data.values()))
            data = data[0] if isinstance(data, list) else data
        page: Page = data["at"]
        return page

    return ask


def cursors(page: Page) -> list[str]:
    return [edge["cursor"] for edge in page["edges"]]


async def walked(ask: Ask, size: str, start: str, end: str) -> tuple[list[list[str]], list[Page]]:
    """All pages of two in one direction, and what each says of itself."""
    pages, place = [], ""
    while True:
        page = await ask(f"{size}: 2 {place}")
        pages.append(page)
        if not page["pageInfo"]["hasNextPage" if size == "first" else "hasPreviousPage"]:
            return [cursors(item) for item in pages], pages
        place = f'{start}: "{page["pageInfo"][end]}"'


async def check_list(ask: Ask) -> int:
    """Both directions, all bounds, and nothing; gives how long the list is."""
    everything = cursors(await ask("first: 100"))
    count = len(everything)
    assert len(set(everything)) == count
    forward, pages = await walked(ask, "first", "after", "endCursor")
    assert [item for part in forward for item in part] == everything
    assert [item["pageInfo"]["hasPreviousPage"] for item in pages] == [
        number > 0 for number in range(len(pages))
    ]
    backward, pages = await walked(ask, "last", "before", "startCursor")
    assert [item for part in reversed(backward) for item in part] == everything
    assert [item["pageInfo"]["hasNextPage"] for item in pages] == [
        number > 0 for number in range(len(pages))
    ]
    for size, more in (("first", "hasNextPage"), ("last", "hasPreviousPage")):
        nothing = await ask(f"{size}: 0")
        assert nothing["edges"] == []
        assert nothing["pageInfo"]["startCursor"] is nothing["pageInfo"]["endCursor"] is None
        assert nothing["pageInfo"][more] is (count > 0)
    if count >= 4:
        inside = f'after: "{everything[0]}" before: "{everything[-1]}"'
        assert cursors(await ask(f"first: 1 {inside}")) == [everything[1]]
        assert cursors(await ask(f"last: 1 {inside}")) == [everything[-2]]
        assert cursors(await ask(f"first: 100 {inside}")) == everything[1:-1]
        both = await ask(f'last: 100 before: "{everything[1]}"')
        assert (cursors(both), both["pageInfo"]["hasNextPage"]) == ([everything[0]], True)
    return count


async def test_every_list_can_be_walked_from_both_ends(
    admin: GraphQLClient, supplier: GraphQLClient, webhook: str
) -> None:
    """One test for all of them: what fills the lists takes longer than reading them."""
    counts = {}
    for place in connections():
        try:
            counts[place] = await check_list(asker(place, (admin, supplier), webhook))
        except AssertionError as error:
            raise AssertionError(f"{place}: {error}") from error
    assert {place for place in FILLED if counts[place] < 5} == set()


async def test_the_log_pages_backwards_in_either_order(admin: GraphQLClient, webhook: str) -> None:
    for order in ("true", "false"):
        order_argument = f"newestFirst: {order}"

        async def ask(arguments: str, order_argument: str = order_argument) -> Page:
            document = f"{{ launchEvents({order_argument} {arguments}) {SHAPE} }}"
            page: Page = (await admin.data(document))["launchEvents"]
            return page

        assert await check_list(ask) > 5
    assert webhook


async def test_a_page_accepts_one_direction_and_only_its_own_cursors(admin: GraphQLClient) -> None:
    for arguments, argument in (
        ("first: 1, last: 1", "last"),
        ("last: 101", "last"),
        ('last: 1, before: "x"', "before"),
    ):
        answer = await admin.execute(f"{{ incidents({arguments}) {{ nodes {{ id }} }} }}")
        assert answer.body["errors"][0]["extensions"]["argument"] == argument
