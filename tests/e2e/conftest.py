"""One site for all tests that only look from outside: each mends what it breaks."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.sockets import Socket, socket
from tests.support.two_servers import Site, open_site

BROWSER = "test_browser"  # its fixture `site` is a launch of its own
GROUP = "xdist_group"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share processes run in one process of pytest: in another they start again.

    Those of the site share it across files, all others share what their file has started. The
    browser files come first: they mostly wait, and others use the time.
    """
    items.sort(key=lambda item: item.path.stem != BROWSER)
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker(GROUP):
            uses_site = "site" in getattr(item, "fixturenames", ()) and item.path.stem != BROWSER
            item.add_marker(pytest.mark.xdist_group("site" if uses_site else item.path.stem))


@pytest.fixture(scope="session")
def site(cluster: Path) -> Iterator[Site]:
    with open_site(cluster) as found:
        yield found


@pytest.fixture
async def far(site: Site) -> AsyncIterator[Socket]:
    """A socket on the second process."""
    async with socket(f"127.0.0.1:{site.ports[1]}", await site.log_in()) as found:
        yield found
