"""When flags were last evaluated, without a write for each evaluation (A23)."""

from sqlalchemy import text
from starlette.applications import Starlette

from db.session import Database, StatementCounter
from services.flags.flag_usage import FlagUsage
from tests.factories.launches import make_flag
from tests.support.graphql import GraphQLClient

VIEWER = "{ viewerFlags { version } }"
LIST = "{ featureFlags { nodes { key lastEvaluatedAt } } }"


async def evaluated(client: GraphQLClient) -> set[str]:
    """The keys of flags that were evaluated at any time."""
    nodes = (await client.data(LIST))["featureFlags"]["nodes"]
    return {node["key"] for node in nodes if node["lastEvaluatedAt"]}


async def test_evaluations_are_recorded_once_per_minute(
    app: Starlette, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Looking at a flag as an operator is no evaluation; hidden ones are shown to nobody."""
    await make_flag(admin, "shown")
    await make_flag(admin, "hidden", clientVisible=False)
    usage: FlagUsage = app.state.runtime.usage
    await usage.flush()
    assert await evaluated(admin) == set()
    counter = StatementCounter(app.state.runtime.db)
    await visitor.data(VIEWER)
    counter.stop()
    assert counter.statements == []
    await usage.flush()
    assert await evaluated(admin) == {"shown"}


async def test_a_flag_that_is_never_evaluated_is_unused(
    app: Starlette, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await make_flag(admin, "shown")
    async with db.write() as uow:
        older = text("UPDATE feature_flags SET created_at = created_at - interval '31 days'")
        await uow.session.execute(older)
    document = "{ featureFlags { nodes { staleness } } }"
    assert (await admin.data(document))["featureFlags"]["nodes"] == [{"staleness": "UNUSED"}]
    await visitor.data(VIEWER)
    await app.state.runtime.usage.flush()
    assert (await admin.data(document))["featureFlags"]["nodes"] == [{"staleness": "IN_USE"}]


async def test_usage_of_a_page_is_one_statement(
    app: Starlette, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    for number in range(5):
        await make_flag(admin, f"flag_{number}")
    await visitor.data(VIEWER)
    await app.state.runtime.usage.flush()
    counter = StatementCounter(app.state.runtime.db)
    assert len(await evaluated(admin)) == 5
    counter.stop()
    assert len([item for item in counter.statements if "flag_usage" in item]) == 1
