"""The event feed over the API: either way through it, page by page (S14, X8)."""

from uuid import uuid4

import pytest
from starlette.applications import Starlette

from db.session import Database, StatementCounter
from domain.actors import UserType, system_actor
from domain.events import HealthChanged, UserSignedUp
from domain.health.health import CheckType, HealthStatus
from domain.ids import UserId
from tests.factories.launches import make_flag, make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

FEED = """query ($first: Int, $after: String, $phaseId: ID, $since: DateTime, $newest: Boolean!) {
  launchEvents(
    first: $first, after: $after, phaseId: $phaseId, since: $since, newestFirst: $newest
  ) {
    nodes { __typename summary }
    pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


async def happen(db: Database, count: int) -> None:
    """So many changes of health, each with an event between that the feed does not show."""
    async with db.write() as uow:
        for index in range(count):
            event = HealthChanged(
                check=CheckType.API,
                before=HealthStatus.HEALTHY,
                after=HealthStatus.WARNING,
                error=f"no. {index}",
            )
            uow.record(system_actor("test"), event)
            unseen = UserSignedUp(user_id=UserId(uuid4()), user_type=UserType.COUPLE)
            uow.record(system_actor("test"), unseen)


async def page(client: GraphQLClient, **filters: object) -> tuple[list[str], dict[str, object]]:
    """The lines of a page, and where it stands."""
    events = (await client.data(FEED, **({"newest": True} | filters)))["launchEvents"]
    return [node["summary"] for node in events["nodes"]], events["pageInfo"]


async def walk(client: GraphQLClient, size: int, **filters: object) -> list[str]:
    """All lines, page by page."""
    lines, info = await page(client, first=size, **filters)
    while info["hasNextPage"]:
        more, info = await page(client, first=size, after=info["endCursor"], **filters)
        assert len(more) <= size
        assert info["hasPreviousPage"] is True
        lines += more
    return lines


@pytest.mark.parametrize("size", [1, 3, 7, 100])
async def test_newest_first_paging_skips_no_event(
    operator: GraphQLClient, db: Database, size: int
) -> None:
    """X8: what changed just before, without reading what came long before."""
    await happen(db, 7)
    forward = await walk(operator, 100, newest=False)
    assert len(forward) == 7
    assert await walk(operator, size) == forward[::-1]


async def test_events_come_oldest_first_by_default(operator: GraphQLClient, db: Database) -> None:
    """A47: what was there before is as it was."""
    await happen(db, 3)
    answer = await operator.data("{ launchEvents(first: 2) { nodes { summary } } }")
    summaries = [node["summary"] for node in answer["launchEvents"]["nodes"]]
    assert summaries == (await walk(operator, 100, newest=False))[:2]


async def test_events_are_filtered_by_phase_and_time_in_both_directions(
    admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    """Requirement S14."""
    phase = await make_phase(admin, "wanted", flags=("one",))
    await make_phase(admin, "other", flags=("two",))
    forward = await walk(admin, 9, phaseId=phase, newest=False)
    assert len(forward) > 0
    assert await walk(admin, 1, phaseId=phase) == forward[::-1]
    clock.advance(3_600)
    since = clock().isoformat()
    await make_flag(admin, "made_later")
    (line,) = await walk(admin, 1, since=since)
    assert "made_later" in line


async def test_a_page_of_events_is_one_statement(
    app: Starlette, operator: GraphQLClient, db: Database
) -> None:
    """R8: bounded by a keyset, however long the log is."""
    await happen(db, 30)
    await page(operator, first=5)
    counter = StatementCounter(app.state.runtime.db)
    lines, info = await page(operator, first=5)
    counter.stop()
    (sent,) = [text for text in counter.statements if "launch_events" in text]
    assert "DESC" in sent
    assert "LIMIT" in sent
    assert (len(lines), info["hasNextPage"], info["hasPreviousPage"]) == (5, True, False)


async def test_cursors_of_other_lists_are_refused(operator: GraphQLClient) -> None:
    """Requirement A43."""
    answer = await operator.execute(FEED, after="nonsense", newest=True)
    assert answer.codes == ["BAD_USER_INPUT"]
