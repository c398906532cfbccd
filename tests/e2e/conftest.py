"""One site for all tests that only look from outside: each mends what it breaks."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.site import Site, open_site
from tests.sockets import Socket, socket


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with open_site() as found:
        yield found


@pytest.fixture
async def far(site: Site) -> AsyncIterator[Socket]:
    """A socket on the second process."""
    async with socket(f"127.0.0.1:{site.ports[1]}", await site.log_in()) as found:
        yield found
