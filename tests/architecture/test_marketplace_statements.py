"""As many statements for 30 clients as for one, and for 30 suppliers (R8)."""

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.actors import ANONYMOUS
from domain.mail.email import Email
from services.mail.mail import post
from tests.architecture.test_statements import SIZES, counting, wrongly_counted
from tests.factories.marketplace import (
    ADD,
    INVITE,
    SETUP,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.graphql import GraphQLClient

# Each document with how many statements it sends after that of authentication.
STAFF = {
    "suppliers": ("{ suppliers(first: 100) { nodes { businessName vendorType } } }", 1),
    "suppliers with their setups and a count": (
        f"{{ suppliers(first: 100) {{ totalCount nodes {{ firstValueAt {SETUP} }} }} }}",
        4,
    ),
    "a search": ('{ suppliers(search: "zoe sup") { totalCount nodes { email } } }', 2),
    "couples": (f"{{ couples(first: 100) {{ totalCount nodes {{ {SETUP} }} }} }}", 4),
    "invitations": (
        "{ invitations(first: 100) { totalCount nodes { status client { coupleNames "
        "couple { partner1Name } } couple { partner1Name } } } }",
        5,
    ),
    "invitations with what is in their way": (
        "{ invitations(first: 100) { nodes { hint { kind message } } } }",
        3,
    ),
    "stalled": (
        "{ stalledOnboardings(first: 100, olderThanSeconds: 0) { nodes { stuckAtStep "
        "user { email supplier { email } couple { weddingDate } } } } }",
        4,
    ),
}
SUPPLIER = {
    "clients": (
        "{ viewer { supplier { clients(first: 100) { totalCount nodes { status "
        "couple { partner1Name } invitation { status couple { id } } } } } } }",
        7,
    ),
    "partnerships": (
        "{ viewer { supplier { partnerships(first: 100) { nodes { connectedAt "
        "secondsToConnect couple { partner1Name } supplier { email } } } } } }",
        6,
    ),
    "setup": (f"{{ viewer {{ supplier {{ {SETUP} }} }} }}", 4),
}


class Market:
    """A supplier with connected clients, and as many other suppliers with one each."""

    def __init__(self, db: Database, supplier: GraphQLClient) -> None:
        self.db = db
        self.supplier = supplier
        self.size = 0

    async def grow(self, size: int) -> None:
        for index in range(self.size, size):
            couple = await new_couple(self.supplier, self.db)
            await accept_invitation(couple, await add_and_invite(self.supplier, f"Couple {index}"))
            other = await new_supplier(self.supplier, self.db)
            await add_and_invite(other, f"Other {index}", f"other-{index}@example.com")
        self.size = size


@pytest.fixture
def market(supplier: GraphQLClient, db: Database) -> Market:
    return Market(db, supplier)


async def test_statements_do_not_grow_with_the_rows(
    app: Starlette, viewer: GraphQLClient, market: Market
) -> None:
    for size in SIZES:
        await market.grow(size)
        assert await wrongly_counted(app, viewer, STAFF) == {}, size
        assert await wrongly_counted(app, market.supplier, SUPPLIER) == {}, size


async def test_outbox_statements_do_not_grow_with_the_rows(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    document = "{ mails { totalCount nodes { status body deliveries { error } } } }"
    for _ in range(3):
        async with db.write() as uow:
            await post(uow, ANONYMOUS, Email("emma@example.com", "Hello", "there"))
        with counting(app) as sent:
            await admin.data(document)
        assert len(sent) == 1 + 3, "\n".join(sent)


async def test_writes_take_the_same_statements_for_any_number_of_clients(
    app: Starlette, market: Market
) -> None:
    adding, inviting = set(), set()
    for size in SIZES:
        await market.grow(size)
        with counting(app) as sent:
            await market.supplier.data(ADD, input={"coupleNames": f"Emma {size}"})
        adding.add(len(sent))
        client = await add_client(market.supplier, f"James {size}")
        with counting(app) as sent:
            await market.supplier.data(INVITE, clientId=client["id"])
        inviting.add(len(sent))
    assert (len(adding), len(inviting)) == (1, 1)
    assert max(adding) < 20
    assert max(inviting) < 26
