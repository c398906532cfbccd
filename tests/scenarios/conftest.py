"""One setup for all sequences of a test process."""

from collections.abc import AsyncIterator

import pytest

from settings import Settings
from tests.scenarios.ground import Ground, prepared


@pytest.fixture(scope="session")
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """A database and a cache that only scenarios use."""
    async with prepared(settings) as ground:
        yield ground
