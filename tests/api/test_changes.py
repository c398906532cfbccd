"""The audit of the whole launch (A4)."""

from datetime import timedelta

import pytest

from db.session import Database
from domain.actors import Role
from tests.factories import user_sessions
from tests.factories.launches import make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

CHANGES = """
query ($first: Int, $after: String, $subject: [ChangeSubject!], $since: DateTime) {
  changes(first: $first, after: $after, subject: $subject, since: $since) {
    nodes { action reason subject { __typename } actor { ... on User { email } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
SWITCH = """
mutation { toggleFeatureFlag(input: { key: "beta", enabled: true, reason: "Demo" }) {
  errors { code }
} }
"""
PROFILE = 'mutation { updateProfile(input: { businessName: "Fern & Moss" }) { errors { code } } }'


@pytest.fixture
async def admin(visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """An admin who has made a phase with a flag, and switched the flag on."""
    client = visitor.as_(await user_sessions.create_session(db, Role.ADMIN))
    await make_phase(client, "beta_phase", flags=("beta",))
    await client.data(SWITCH)
    return client


async def subjects(client: GraphQLClient, **filters: object) -> list[str]:
    nodes = (await client.data(CHANGES, **filters))["changes"]["nodes"]
    return [change["subject"]["__typename"] for change in nodes]


async def test_changes_come_newest_first_with_their_reason(admin: GraphQLClient) -> None:
    newest = (await admin.data(CHANGES, first=1))["changes"]["nodes"][0]
    assert (newest["action"], newest["reason"]) == ("switched on", "Demo")
    assert newest["subject"] == {"__typename": "FeatureFlag"}


async def test_changes_of_one_transaction_come_in_reverse_order(admin: GraphQLClient) -> None:
    flags = (await admin.data(CHANGES, subject=["FLAG"]))["changes"]["nodes"]
    assert [change["action"] for change in flags][-1] == "created"


async def test_paging_returns_each_change_once(admin: GraphQLClient) -> None:
    whole, seen, after = await subjects(admin), list[str](), None
    while True:
        page = (await admin.data(CHANGES, first=1, after=after))["changes"]
        seen += [change["subject"]["__typename"] for change in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole
    assert len(whole) >= 3


async def test_changes_are_filtered_by_subject(admin: GraphQLClient) -> None:
    assert set(await subjects(admin, subject=["PHASE"])) == {"LaunchPhase"}
    assert await subjects(admin, subject=["TOKEN"]) == []
    assert await subjects(admin, subject=[]) == []


async def test_changes_are_filtered_by_time(admin: GraphQLClient, clock: Clock) -> None:
    clock.advance(60)
    since = (clock() - timedelta(seconds=1)).isoformat()
    assert await subjects(admin, since=since) == []


async def test_changes_by_customers_are_not_listed(
    admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    before = await subjects(admin)
    supplier = visitor.as_(await user_sessions.create_session(db, Role.SUPPLIER))
    assert (await supplier.data(PROFILE))["updateProfile"] == {"errors": []}
    assert await subjects(admin) == before


@pytest.mark.parametrize("bad", ["first: -1", "first: 1000000000", 'after: "bm9wZQ"'])
async def test_invalid_page_arguments_are_refused(viewer: GraphQLClient, bad: str) -> None:
    answer = await viewer.execute(f"{{ changes({bad}) {{ nodes {{ id }} }} }}")
    assert answer.codes == ["BAD_USER_INPUT"]
