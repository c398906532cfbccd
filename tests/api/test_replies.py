"""An answer that is given again is the one that the database would give (ADR 12)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from app import create_app, running
from db.revisions import Revisions
from db.session import Database, StatementCounter
from settings import Settings
from tests.factories.launches import make_flag, make_phase
from tests.graphql import GraphQLClient

FLAGS = "{ featureFlags { nodes { key enabled version } } }"
PHASES = "{ launchPhases { key name flags { flag { key enabled } } } }"
TOGGLE = """mutation ($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) { errors { message } } }"""
READS = pytest.mark.parametrize("document", [FLAGS, PHASES])


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """Without plans, which answer most of what these ask."""
    return settings.model_copy(update={"fast_paths": False})


@pytest.fixture
async def other(
    app: Starlette, admin: GraphQLClient, app_settings: Settings
) -> AsyncIterator[GraphQLClient]:
    """The same person at another process."""
    found = create_app(app_settings)
    async with running(found.state.runtime):
        yield GraphQLClient(found, admin.token)


@pytest.fixture
async def phase(admin: GraphQLClient) -> str:
    return await make_phase(admin, "beta", ("mvp_chat",))


async def toggle(client: GraphQLClient, *, on: bool) -> None:
    done = await client.data(TOGGLE, input={"key": "mvp_chat", "enabled": on})
    assert done["toggleFeatureFlag"]["errors"] == []


def is_on(answer: object) -> bool:
    return "'enabled': True" in str(answer)


@READS
async def test_the_same_is_worked_out_once(
    app: Starlette, admin: GraphQLClient, phase: str, document: str
) -> None:
    first = await admin.execute(document)
    counter = StatementCounter(app.state.runtime.db)
    second = await admin.execute(document)
    counter.stop()
    assert second.data == first.data
    assert [item for item in counter.statements if "feature_flags" in item] == []
    assert app.state.runtime.replies.hits == 1


@READS
async def test_what_was_written_is_read_in_every_process(
    admin: GraphQLClient, other: GraphQLClient, phase: str, document: str
) -> None:
    for on in (True, False, True):
        for writer, reader in ((admin, other), (other, admin)):
            await toggle(writer, on=on)
            assert [is_on(await client.data(document)) for client in (reader, writer)] == [on, on]


@pytest.mark.parametrize(
    ("document", "change", "expected"),
    [
        (FLAGS, "UPDATE feature_flags SET enabled = true", "'enabled': True"),
        (PHASES, "UPDATE launch_phases SET phase_name = 'By hand'", "By hand"),
        (PHASES, "DELETE FROM launch_phase_flags", "'flags': []"),
    ],
)
async def test_what_was_written_by_hand_is_read_too(
    admin: GraphQLClient, db: Database, phase: str, document: str, change: str, expected: str
) -> None:
    assert expected not in str(await admin.data(document))
    async with db.engine.begin() as connection:
        await connection.execute(text(change))
    assert expected in str(await admin.data(document))


async def test_a_transaction_that_is_not_over_is_not_read(
    admin: GraphQLClient, db: Database, phase: str
) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE launch_phases SET phase_name = 'Late'"))
        assert "Late" not in str([await admin.data(PHASES) for _ in range(3)])
    assert "Late" in str(await admin.data(PHASES))


async def test_an_answer_is_not_for_those_with_other_rights(
    admin: GraphQLClient, supplier: GraphQLClient, visitor: GraphQLClient, phase: str
) -> None:
    await admin.data(FLAGS)
    assert (await supplier.execute(FLAGS)).codes == ["FORBIDDEN"]
    assert (await visitor.execute(FLAGS)).codes == ["UNAUTHENTICATED"]
    assert (await admin.execute(FLAGS)).codes == []


async def test_variables_are_part_of_the_question(admin: GraphQLClient, phase: str) -> None:
    await make_flag(admin, "second")
    query = "query ($key: String!) { featureFlag(key: $key) { key } }"
    found = [await admin.data(query, key=key) for key in ("second", "mvp_chat", "none", "second")]
    keys = [item["featureFlag"] and item["featureFlag"]["key"] for item in found]
    assert keys == ["second", "mvp_chat", None, "second"]


async def test_errors_are_not_kept(app: Starlette, admin: GraphQLClient) -> None:
    for _ in range(2):
        assert (await admin.execute("{ featureFlags(first: -1) { nodes { key } } }")).codes != []
    assert app.state.runtime.replies.rows.size == 0


@pytest.fixture
async def revisions(db: Database) -> AsyncIterator[Revisions]:
    found = Revisions(db.url)
    yield found
    await found.close()


async def test_a_revision_is_never_older_than_its_question(
    db: Database, revisions: Revisions
) -> None:
    first = await revisions.now()
    waiting = [asyncio.create_task(revisions.now()) for _ in range(20)]
    await asyncio.sleep(0)
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE flag_set_version SET version = version + 1"))
    assert (await revisions.now()).flags == first.flags + 1
    await asyncio.gather(*waiting)
    assert revisions.asked < 5


async def test_who_leaves_takes_no_revision_from_others(revisions: Revisions) -> None:
    waiting = [asyncio.create_task(revisions.now()) for _ in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[2].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(item, asyncio.CancelledError) for item in found] == [True, False] * 2
    # The rows may be others by now: PostgreSQL itself writes when it cleans up.
    first, second = (item for item in found if not isinstance(item, BaseException))
    assert first == second
    assert (await revisions.now()).flags == first.flags


async def test_a_connection_that_was_cut_is_made_anew(db: Database, revisions: Revisions) -> None:
    first = await revisions.now()
    async with db.engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'launch-revisions'"
            )
        )
    assert (await revisions.now()).flags == first.flags
