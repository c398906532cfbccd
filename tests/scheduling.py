"""Which tests go to the same test process."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# These share two servers with their database and cache: to start them takes ten seconds.
_SITE = ("test_faults.py", "test_processes.py", "test_webhook_commands.py")


class SharedServers(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that start processes stay together by file, all others go wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if "/e2e/" not in file:
            return nodeid
        return "site" if file.endswith(_SITE) else file
