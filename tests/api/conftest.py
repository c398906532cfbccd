"""A couple with an account for each of its two members."""

import pytest

from tests.factories.couples import Partners, partners
from tests.support.graphql import GraphQLClient


@pytest.fixture
async def both(couple: GraphQLClient) -> Partners:
    """The couple, after a second member has joined it."""
    return await partners(couple)
