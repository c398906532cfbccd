"""Output of commands: results on stdout, remarks and prompts on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commands.shared.errors import CommandError
from domain.platform.text import is_hidden, printable

STYLES = {
    "HEALTHY": "green",
    "WARNING": "yellow",
    "CRITICAL": "bold red",
    "UNKNOWN": "magenta",
    "OPEN": "bold red",
    "INVESTIGATING": "yellow",
    "RESOLVED": "green",
    "HIGH": "red",
    "ACTIVE": "green",
    "PAUSED": "yellow",
    "ROLLED_BACK": "red",
    "on": "green",
    "off": "dim",
    "KILLED": "bold red",
    "PASSING": "green",
    "FAILING": "bold red",
    "INCONCLUSIVE": "yellow",
    "NO_DATA": "magenta",
    "ok": "green",
    "warning": "yellow",
    "BLOCKS": "bold red",
    "IN_FORCE": "yellow",
    "kept": "green",
    "BROKEN": "bold red",
    "better": "green",
    "worse": "red",
}
_WIDE = 200  # columns of a table that goes into a pipe: nothing may be cut there


def stdout() -> Console:
    """The console for results."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def remark(text: str, style: str | None = None) -> None:
    """Print a remark on stderr."""
    console = Console(stderr=True, highlight=False)
    console.print(printable(text), style=style, markup=False, soft_wrap=True)


def echo(text: str, *, newline: bool = True) -> None:
    """Print text as a result; control characters in it are escaped."""
    typer.echo(printable(text), nl=newline)


def show_json(value: object) -> None:
    """Print a result as JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    typer.echo("".join(_escaped(character) for character in text))


def _escaped(character: str) -> str:
    """Escape a character as JSON does, so that a terminal does not interpret it."""
    hidden = is_hidden(character) and character != "\n"
    return json.dumps(character)[1:-1] if hidden else character


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> Table:
    """A table; known words are coloured."""
    grid = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(cell(value) for value in row))
    return grid


def cell(value: object) -> Text:
    """A value as text; markup in it is not interpreted."""
    text = "" if value is None else printable(str(value))
    return Text(text, style=STYLES.get(text, ""))


def show(*items: object) -> None:
    """Print results."""
    console = stdout()
    for item in items:
        console.print(printable(item) if isinstance(item, str) else item, markup=False)


def switch(enabled: bool) -> str:
    """The state of a flag for people."""
    return "on" if enabled else "off"


def confirm(question: str, *, yes: bool) -> None:
    """Ask before a destructive change; raises CommandError if stdin is no terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CommandError(
            "Standard input is not a terminal, so this cannot be confirmed: add --yes."
        )
    if not typer.confirm(question, err=True):
        raise CommandError("Nothing was changed.")
