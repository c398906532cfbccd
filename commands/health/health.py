"""`launch health`: whether the system is fit for a launch."""

from typing import Annotated

import typer

from commands.shared.client import Json as Data
from commands.shared.client import Server, connect
from commands.shared.options import Json, Token, Url
from commands.shared.output import cell, show, show_json, table

FIELDS = """
  cursor at overall
  checks { name type status responseTimeMs errorMessage since stale consecutiveFailures }
"""
HEALTH = f"query Health {{ systemHealth {{ {FIELDS} }} }}"
GAP = "query Gap($window: TimeRange!) { systemHealth { maxGapSeconds(window: $window) } }"
PROMISED_GAP = 33.0  # seconds (S98)
Gaps = Annotated[
    bool, typer.Option("--gaps", help="The longest gaps between checks; exit code 1 if over 33 s.")
]
COLUMNS = ("check", "status", "answers in", "since", "note")


def health(as_json: Json = False, gaps: Gaps = False, url: Url = None, token: Token = None) -> None:
    """Show every health check; exit code 1 while one is CRITICAL."""
    if gaps:
        raise typer.Exit(show_gaps(connect(url, token), as_json=as_json))
    snapshot = connect(url, token).ask(HEALTH)["systemHealth"]
    if as_json:
        show_json(snapshot)
    else:
        show(table(COLUMNS, rows(snapshot)), cell(snapshot["overall"]))
    raise typer.Exit(1 if snapshot["overall"] == "CRITICAL" else 0)


def show_gaps(server: Server, *, as_json: bool) -> int:
    """Show whether health was checked every 30 s; 1 if it was not, or is unknown."""
    gaps = {
        window: server.ask(GAP, window=window)["systemHealth"]["maxGapSeconds"]
        for window in ("LAST_1H", "LAST_24H")
    }
    if as_json:
        show_json(gaps)
    else:
        show(table(("within", "longest time without a check"), map(_gap_cells, gaps.items())))
    hour = gaps["LAST_1H"]
    return 0 if hour is not None and hour <= PROMISED_GAP else 1


def _gap_cells(gap: tuple[str, float | None]) -> tuple[str, str]:
    window, seconds = gap
    span = window.removeprefix("LAST_").lower()
    if seconds is None:
        return span, "no check at all"
    return span, f"{seconds:.1f} s, {PROMISED_GAP:.0f} s are promised"


def rows(snapshot: Data) -> list[tuple[object, ...]]:
    """The rows of the table of checks."""
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
