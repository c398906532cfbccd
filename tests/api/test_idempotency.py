"""What a repeat with the same key is answered with, and for how long (A45)."""

import hashlib

import pytest
from sqlalchemy import text, update

from db.models.events import IdempotencyKey
from db.session import Database
from services.overview import retention
from tests.factories.launches import make_flag
from tests.factories.marketplace import INVITE, add_client
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400.0
TOGGLE = """
mutation ($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) { flag { version } errors { message } }
}
"""


async def test_a_key_belongs_to_one_request_and_expires_after_a_day(
    supplier: GraphQLClient, db: Database, clock: Clock
) -> None:
    one, other = await add_client(supplier, "Emma"), await add_client(supplier, "Noor")
    await supplier.data(INVITE, clientId=one["id"], key="k")
    wrong = (await supplier.data(INVITE, clientId=other["id"], key="k"))["inviteClient"]
    assert [(e["code"], e["path"]) for e in wrong["errors"]] == [("INVALID", ["idempotencyKey"])]
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '9 days'"))
    clock.advance(86_401)
    done = (await supplier.data(INVITE, clientId=other["id"], key="k"))["inviteClient"]
    assert done["errors"] == []


async def test_keys_stored_by_the_previous_release_are_recognised(
    operator: GraphQLClient, db: Database
) -> None:
    await make_flag(operator, "chat")
    command = {"key": "chat", "enabled": True, "idempotencyKey": "k"}
    first = (await operator.data(TOGGLE, input=command))["toggleFeatureFlag"]
    stored = hashlib.sha256(repr(("toggleFeatureFlag", ("chat", True))).encode()).digest()
    async with db.write() as uow:
        await uow.session.execute(update(IdempotencyKey).values(request_hash=stored))
    repeated = (await operator.data(TOGGLE, input=command))["toggleFeatureFlag"]
    assert (first["errors"], first["flag"]["version"]) == ([], 2)
    assert repeated == first


async def test_a_late_retry_is_known_after_a_clock_that_was_ahead(
    operator: GraphQLClient, db: Database, clock: Clock
) -> None:
    """Sent while the clock was ahead, and again after it was set back; and the other way round."""
    await make_flag(operator, "chat")
    for key, jump in (("sent ahead", 3_600), ("repeated ahead", -3_600)):
        command = {"key": "chat", "enabled": jump > 0, "idempotencyKey": key}
        clock.advance(max(jump, 0))
        first = (await operator.data(TOGGLE, input=command))["toggleFeatureFlag"]
        clock.advance(-jump)
        repeated = (await operator.data(TOGGLE, input=command))["toggleFeatureFlag"]
        assert (first["errors"], repeated) == ([], first)
        clock.advance(min(jump, 0))


@pytest.mark.parametrize("jump", [8 * DAY, -8 * DAY])
async def test_a_clock_that_differs_from_the_database_deletes_no_key(
    operator: GraphQLClient, db: Database, clock: Clock, jump: float
) -> None:
    """A worker a week ahead, or the key of an app process a week behind: a retry stays one."""
    await make_flag(operator, "chat")
    request = {"key": "chat", "enabled": True, "idempotencyKey": "k"}
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '9 days'"))
    clock.advance(min(jump, 0))
    await operator.data(TOGGLE, input=request)
    off = {"key": "chat", "enabled": False}
    assert (await operator.data(TOGGLE, input=off))["toggleFeatureFlag"]["flag"]["version"] == 3
    clock.advance(abs(jump) if jump < 0 else jump)
    await retention.sweep_if_clock_agrees(db)
    clock.advance(-max(jump, 0))
    repeated = (await operator.data(TOGGLE, input=request))["toggleFeatureFlag"]
    assert repeated["flag"]["version"] == 3  # it would be switched on again


@pytest.mark.parametrize("jump", [2 * DAY, 6 * DAY])
async def test_a_clock_days_ahead_does_not_let_a_retry_happen_twice(
    operator: GraphQLClient, db: Database, clock: Clock, jump: float
) -> None:
    """Keys counted as expired, and were deleted, while the clock of a process was ahead."""
    await make_flag(operator, "chat")
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '9 days'"))
    request = {"key": "chat", "enabled": True, "idempotencyKey": "k"}
    first = (await operator.data(TOGGLE, input=request))["toggleFeatureFlag"]
    clock.advance(jump)
    await retention.sweep(db)
    assert (await operator.data(TOGGLE, input=request))["toggleFeatureFlag"] == first
    clock.advance(-jump)
    assert (await operator.data(TOGGLE, input=request))["toggleFeatureFlag"] == first
    assert (first["errors"], first["flag"]["version"]) == ([], 2)
