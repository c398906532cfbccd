"""Running tails of an event log."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.subscriptions.tail_world import SOON, World, running


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async for each in running(World()):
        yield each


@pytest.fixture
async def watching() -> AsyncIterator[World]:
    """Make a world that looks into the log every `SOON`."""
    async for each in running(World(SOON)):
        yield each
