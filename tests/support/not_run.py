"""Skip and list tests that need a program or privilege the machine lacks.

A mark names a command that succeeds only if both are available:

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
    """Tell whether the command exists and succeeds."""
    try:
        return subprocess.run(command.split(), check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.hookimpl
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the skipped tests, with the command that runs each."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("not run")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"{reason}\n    make test ARGS={report.nodeid.partition('@')[0]}")
