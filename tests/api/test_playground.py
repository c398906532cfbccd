"""What a given user sees, and why (SPEC A22, X7)."""

from db.session import Database
from domain.actors import Role
from domain.ids import global_id
from tests.factories.accounts import add_user
from tests.graphql import GraphQLClient

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


async def test_the_id_of_the_graph_is_the_same_person(
    operator: GraphQLClient, db: Database
) -> None:
    """Lists of people show that id; the flag is hashed by the id of the row."""
    assert (await operator.data(CREATE))["createFeatureFlag"]["errors"] == []
    user = await add_user(db, Role.SUPPLIER)
    by_row = await operator.data(SEEN, who=str(user.id))
    by_graph = await operator.data(SEEN, who=global_id("User", user.id))
    assert by_graph == by_row
    assert by_row["evaluateFlags"]["flags"][0]["explanation"]["threshold"] == 50
