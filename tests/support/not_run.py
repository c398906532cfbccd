"""Tests that need a program or privilege which the machine lacks: not run, and listed.

A mark names a command that succeeds only where both are there:

@pytest.mark.needs("docker")
"""

import subprocess

import pytest


@pytest.hookimpl
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose needs are not met."""
    commands = [str(name) for mark in item.iter_markers("needs") for name in mark.args]
    missing = [command for command in commands if not succeeds(command)]
    if missing:
        pytest.skip(f"this fails here: {', '.join(missing)}")


def succeeds(command: str) -> bool:
    """Whether there is such a command, and it ends well."""
    try:
        return subprocess.run(command.split(), check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.hookimpl
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was not run, whatever the reason, with the command that runs it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("not run")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"{reason}\n    make test ARGS={report.nodeid.partition('@')[0]}")
