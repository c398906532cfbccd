"""That tests which share processes run in one process of pytest."""

import os

import pytest


def test_the_group_of_a_test_reaches_the_scheduler(request: pytest.FixtureRequest) -> None:
    """Without it every process of pytest starts the servers of each file, and no test fails."""
    name, group = request.node.nodeid, request.path.stem
    assert name.endswith(f"@{group}") == ("PYTEST_XDIST_WORKER" in os.environ)
