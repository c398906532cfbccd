"""What a machine cannot run is not run, and listed with its command."""

import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest

@pytest.mark.needs("no-such-program --version")
def test_without(): assert False

@pytest.mark.needs("sh -c exit")
def test_with(): pass
"""
INI = "[pytest]\nmarkers = needs\n"


def test_a_test_whose_needs_are_not_met_is_listed_with_its_command(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "test_some.py").write_text(TESTS)
    options = ("-q", "-p", "tests.support.not_run", "-p", "no:cacheprovider", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 skipped" in done.stdout
    assert "this fails here: no-such-program --version\n" in done.stdout
    assert "make test ARGS=test_some.py::test_without\n" in done.stdout
