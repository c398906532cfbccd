"""Tests that fail beside others have a second chance, alone and aloud (ADR 25)."""

from pathlib import Path

import pytest

from tests.support.retry_failed import MAX, run

FINE = "def test_fine(): pass\n"
ONCE = """
def test_fails_once():
    from pathlib import Path
    seen = Path("seen")
    before = seen.exists()
    seen.touch()
    assert before
"""
ALWAYS = "def test_fails_{}(): assert False\n"


def project(folder: Path, *tests: str) -> Path:
    """A folder of tests that knows nothing of ours."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for number, text in enumerate(tests):
        (folder / f"test_{number}.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("tests", "code", "expected"),
    [
        ([FINE], 0, []),
        ([FINE, ONCE], 0, ["once more, alone", "to be mended all the same: test_1.py::"]),
        ([FINE, ONCE, ALWAYS.format(0)], 1, ["once more, alone"]),
        ([ONCE, *map(ALWAYS.format, range(MAX))], 1, []),
        (["import nothing_of_this_name"], 2, []),
        ([], 5, []),
    ],
    ids=["fine", "once", "once and always", "too many", "broken", "none"],
)
def test_a_test_that_fails_twice_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tests: list[str],
    code: int,
    expected: list[str],
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take a second to load
    assert run(project(tmp_path, *tests)) == code
    out = capfd.readouterr().out
    assert all(words in out for words in expected)
    assert ("once more" in out) is bool(expected)
    assert ("to be mended" in out) is (code == 0 and bool(expected))
