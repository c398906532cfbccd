"""Implements `launch schema`: the GraphQL schema as SDL."""

import difflib
from pathlib import Path

import typer

import schema
from commands.shared.errors import CommandError
from commands.shared.output import remark
from server.graph import schema as graph

_COMMITTED = Path(schema.__file__).with_name("schema.graphql")
_SHOWN = 40  # lines of a difference


def run(*, check: bool) -> None:
    """Print the SDL, or compare it with the committed file."""
    built = graph.as_str().strip() + "\n"
    if not check:
        typer.echo(built, nl=False)
        return
    committed = _COMMITTED.read_text() if _COMMITTED.exists() else ""
    if committed.strip() == built.strip():
        remark("schema/schema.graphql is up to date.")
        return
    lines = list(
        difflib.unified_diff(
            committed.splitlines(), built.splitlines(), "committed", "code", lineterm="", n=1
        )
    )
    typer.echo("\n".join(lines[:_SHOWN]))
    raise CommandError(
        "schema/schema.graphql is out of date: `launch schema > schema/schema.graphql`."
    )
