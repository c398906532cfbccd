"""Two servers for all tests that only look from outside; each test repairs what it breaks."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.sockets import Socket, socket
from tests.support.two_servers import TwoServers, start_two_servers

BROWSER = "test_browser"  # its fixture `site` is a separate launch
GROUP = "xdist_group"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests that share processes in one pytest process, because another would start them again.

    Tests with the fixture `site` share it across files; others share what their file started. The
    browser files come first: they mostly wait, and other tests use the time.
    """
    items.sort(key=lambda item: item.path.stem != BROWSER)
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker(GROUP):
            uses_site = "site" in getattr(item, "fixturenames", ()) and item.path.stem != BROWSER
            item.add_marker(pytest.mark.xdist_group("site" if uses_site else item.path.stem))


@pytest.fixture(scope="session")
def site(cluster: Path) -> Iterator[TwoServers]:
    with start_two_servers(cluster) as site:
        yield site


@pytest.fixture
async def far(site: TwoServers) -> AsyncIterator[Socket]:
    """A socket to the second process."""
    async with socket(f"127.0.0.1:{site.ports[1]}", await site.log_in()) as connection:
        yield connection
