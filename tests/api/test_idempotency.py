"""What a repeat with the same key is answered with, and for how long (SPEC A45)."""

from sqlalchemy import text

from db.session import Database
from tests.clock import Clock
from tests.factories.marketplace import INVITE, added
from tests.graphql import GraphQLClient


async def test_a_key_is_for_one_request_and_for_a_day(
    supplier: GraphQLClient, db: Database, clock: Clock
) -> None:
    one, other = await added(supplier, "Emma"), await added(supplier, "Noor")
    await supplier.data(INVITE, clientId=one["id"], key="k")
    wrong = (await supplier.data(INVITE, clientId=other["id"], key="k"))["inviteClient"]
    assert [(e["code"], e["path"]) for e in wrong["errors"]] == [("INVALID", ["idempotencyKey"])]
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '9 days'"))
    clock.advance(86_401)
    done = (await supplier.data(INVITE, clientId=other["id"], key="k"))["inviteClient"]
    assert done["errors"] == []
