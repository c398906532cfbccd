"""Run all tests in parallel, then retry the failed ones once, in isolation.

`python -m tests.support.retry_failed` accepts the options of pytest.

Tests that stop processes and check time limits share two cores with each other (ADR 25).
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX = 3  # more failures are not caused by the machine
_FAILED = 1  # pytest's exit code for failed tests


def run(folder: Path, *options: str) -> int:
    """Run the tests and return the exit code after the retries."""
    code, tests = _pytest(folder, "--cache-clear", *options), _failed(folder)
    if code != _FAILED or not 0 < len(tests) <= MAX:
        return code
    _say(f"== once more, alone: {', '.join(tests)}")
    code = _pytest(folder, "-vv", *tests)
    if code == 0:
        _say(f"== passed alone, to be mended all the same: {', '.join(tests)}")
    return code


def _pytest(folder: Path, *arguments: str) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, check=False, cwd=folder).returncode


def _failed(folder: Path) -> Sequence[str]:
    """Return the tests that failed in the last run, which pytest records."""
    try:
        notes = (folder / ".pytest_cache/v/cache/lastfailed").read_text("utf-8")
    except FileNotFoundError:
        return []
    # pytest-xdist appends the group of a test to its id.
    return [re.sub(r"@\w+$", "", test) for test in json.loads(notes)]


def _say(line: str) -> None:
    """Print a line in order with the output of pytest."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(ROOT, *sys.argv[1:]))
