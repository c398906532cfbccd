"""What a given user sees, and why (A22, X7)."""

from sqlalchemy import text

from db.session import Database
from domain.actors import Role
from domain.ids import global_id
from tests.factories.accounts import add_user
from tests.factories.launches import make_flag
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

CREATE = """
mutation { createFeatureFlag(input: { key: "half", name: "Half", enabled: true,
  rolloutPercentage: 50 }) { errors { message } } }
"""
SEEN = """
query ($who: String) {
  evaluateFlags(input: { targetingKey: $who, keys: ["half"], explain: true }) {
    flags { value explanation { bucket threshold steps } }
  }
}
"""


async def test_global_ids_and_row_ids_evaluate_alike(operator: GraphQLClient, db: Database) -> None:
    """Lists of people show that id; the flag is hashed by the id of the row."""
    assert (await operator.data(CREATE))["createFeatureFlag"]["errors"] == []
    user = await add_user(db, Role.SUPPLIER)
    by_row = await operator.data(SEEN, who=str(user.id))
    by_graph = await operator.data(SEEN, who=global_id("User", user.id))
    assert by_graph == by_row
    assert by_row["evaluateFlags"]["flags"][0]["explanation"]["threshold"] == 50


PAST = """
query ($at: DateTime, $keys: [String!]) {
  evaluateFlags(input: { targetingKey: "ann", keys: $keys, explain: true, at: $at }) {
    version
    flags { key value reason errorCode flagVersion
      explanation { steps causedBy { id action } } }
  }
}
"""
CHANGE = """
mutation ($key: String!, $enabled: Boolean!) {
  toggleFeatureFlag(input: { key: $key, enabled: $enabled }) { change { id } errors { message } }
}
"""


async def test_past_values_name_the_change_and_reason_of_that_time(
    operator: GraphQLClient, clock: Clock
) -> None:
    """L20: made, on, off, on again: each moment between them is explained by what held then."""
    moments, changes = [clock()], []
    await make_flag(operator, "mvp_chat", rolloutPercentage=100)
    moments.append(clock())
    for enabled in (True, False, True):
        answer = await operator.data(CHANGE, key="mvp_chat", enabled=enabled)
        changes.append(answer["toggleFeatureFlag"]["change"]["id"])
        moments.append(clock())
    seen = [
        (await operator.data(PAST, at=moment.isoformat(), keys=["mvp_chat"]))["evaluateFlags"]
        for moment in moments
    ]
    flags = [item["flags"][0] for item in seen]
    assert [item["value"] for item in flags] == [False, False, True, False, True]
    reasons = ["ERROR", "DISABLED", "STATIC", "DISABLED", "STATIC"]
    assert [item["reason"] for item in flags] == reasons
    assert flags[0]["errorCode"] == "FLAG_NOT_FOUND"
    causes = [item["explanation"]["causedBy"] for item in flags]
    assert [cause["id"] for cause in causes[2:]] == changes
    assert (causes[0], causes[1]["action"]) == (None, "created")
    assert [item["flagVersion"] for item in flags] == [0, 1, 2, 3, 4]
    versions = [item["version"] for item in seen]
    assert versions == sorted(set(versions))


async def test_before_its_first_change_a_flag_has_the_value_found_then(
    operator: GraphQLClient, clock: Clock, db: Database
) -> None:
    """L20: a flag that was written past this software has no change that made it."""
    async with db.engine.begin() as connection:
        values = "VALUES ('raw', 'Raw', 'raw')"
        await connection.execute(
            text(f"INSERT INTO feature_flags (flag_key, flag_name, salt) {values}")
        )
    clock.advance(60)
    before = clock()
    await operator.data(CHANGE, key="raw", enabled=True)
    then = (await operator.data(PAST, at=before.isoformat(), keys=["raw"]))["evaluateFlags"]
    assert then["flags"][0]["reason"] == "DISABLED"
    assert then["flags"][0]["explanation"]["causedBy"] is None
