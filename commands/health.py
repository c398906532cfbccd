"""`launch health`: whether the system is fit for a launch."""

import typer

from commands.client import Json as Data
from commands.client import connect
from commands.options import Json, Token, Url
from commands.output import cell, show, show_json, table

FIELDS = """
  cursor at overall
  checks { name type status responseTimeMs errorMessage since stale consecutiveFailures }
"""
HEALTH = f"query Health {{ systemHealth {{ {FIELDS} }} }}"
COLUMNS = ("check", "status", "answers in", "since", "note")


def health(as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """Show every health check; exit code 1 while something is CRITICAL."""
    snapshot = connect(url, token).ask(HEALTH)["systemHealth"]
    if as_json:
        show_json(snapshot)
    else:
        show(table(COLUMNS, rows(snapshot)), cell(snapshot["overall"]))
    raise typer.Exit(1 if snapshot["overall"] == "CRITICAL" else 0)


def rows(snapshot: Data) -> list[tuple[object, ...]]:
    """The checks as a table shows them."""
    return [
        (
            check["name"],
            check["status"],
            "" if check["responseTimeMs"] is None else f"{check['responseTimeMs']} ms",
            (check["since"] or "")[:19].replace("T", " "),
            check["errorMessage"] or ("no news" if check["stale"] else ""),
        )
        for check in snapshot["checks"]
    ]
