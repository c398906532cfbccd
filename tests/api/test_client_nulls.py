"""Explicit nulls in changes of clients."""

import pytest

from tests.factories.marketplace import UPDATE, add_client
from tests.support.graphql import GraphQLClient


@pytest.mark.parametrize("field", ["coupleNames", "archived"])
async def test_null_does_not_stand_for_a_field_that_is_left_out(
    supplier: GraphQLClient, field: str
) -> None:
    client = await add_client(supplier, "Emma & James")
    answer = await supplier.data(UPDATE, input={"id": client["id"], field: None, "notes": "x"})
    (error,) = answer["updateClient"]["errors"]
    assert (error["code"], error["path"]) == ("REQUIRED", ["input", field])
