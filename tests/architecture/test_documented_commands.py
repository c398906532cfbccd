"""What the pages tell an operator to type is understood by `launch` (S112, S118)."""

import re
import shlex

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from cli import app
from tests.architecture.source import ROOT

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
LINES = [
    (page.name, line)
    for page in PAGES
    for line in re.findall(r"^ {4}(?:\.venv/bin/)?launch (.+)$", page.read_text(), re.MULTILINE)
]


def understood(line: str) -> None:
    """The command of a line with its options, parsed and not run; raises what `launch` would."""
    words = shlex.split(line.split(" > ", maxsplit=1)[0], comments=True)
    command: object = get_command(app)
    while isinstance(command, TyperGroup):
        subcommand = command.commands.get(words[0]) if words else None
        assert subcommand is not None, f"no command in {line!r}"
        command, words = subcommand, words[1:]
    assert isinstance(command, TyperCommand)
    command.make_context("launch", words)


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_documented_commands_exist(page: str, line: str) -> None:
    understood(line)


@pytest.mark.parametrize("line", ["kil mvp_chat", "phases", "phases rollbac x"])
def test_unknown_commands_are_detected(line: str) -> None:
    with pytest.raises(AssertionError, match="no command"):
        understood(line)


def test_unknown_options_are_detected() -> None:
    with pytest.raises(Exception, match="No such option: --becaus"):
        understood("phases rollback x --becaus y")


def test_the_documents_are_searched() -> None:
    """Rollback and kill switch are among them (S118)."""
    commands = {" ".join(line.split()[:2]) for _, line in LINES}
    assert {"phases rollback", "kill --all", "incidents revert"} <= commands
