"""The app on a real socket."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.support.sockets import serving


@pytest.fixture
async def address(app: Starlette) -> AsyncIterator[str]:
    """The address of the running app; modules override this fixture to prepare more."""
    async with serving(app) as address:
        yield address
