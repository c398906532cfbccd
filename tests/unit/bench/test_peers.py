"""What is told where npm does not do what it should."""

from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired

import pytest

from bench.peers import Missing, install

REFUSED = CalledProcessError(1, "npm ci", stderr="npm error code E503\nnpm error 503 Unavailable\n")


class Npm:
    """Fails as it is told, and leaves half of the packages behind."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.found_empty: list[bool] = []

    def __call__(self, folder: Path) -> None:
        packages = folder / "node_modules"
        self.found_empty.append(not packages.exists())
        packages.mkdir(exist_ok=True)
        if self.failures:
            raise self.failures.pop(0)


def test_a_second_try_begins_with_an_empty_folder(tmp_path: Path) -> None:
    npm, progress = Npm(REFUSED), list[str]()
    install(tmp_path, progress.append, npm)
    assert npm.found_empty == [True, True]
    assert progress == [
        "once more, into an empty folder: npm error code E503 / npm error 503 Unavailable"
    ]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (REFUSED, "npm error 503 Unavailable"),
        (TimeoutExpired("npm", 300, stderr=b"npm error slow\n"), "npm error slow"),
        (TimeoutExpired("npm", 300), "timed out after 300 seconds"),
        (FileNotFoundError("no node"), "no node"),
    ],
)
def test_a_second_failure_is_reported_with_the_message_of_npm(
    tmp_path: Path, failure: Exception, words: str
) -> None:
    with pytest.raises(Missing, match=words):
        install(tmp_path, lambda _: None, Npm(REFUSED, failure))
