"""`launch journeys`: the funnels (S80, S100 to S104)."""

from typing import Annotated

import typer

from commands.metrics.metrics import How, Range
from commands.shared.client import Json as Data
from commands.shared.client import connect
from commands.shared.options import Json, Token, Url
from commands.shared.output import show, show_json, table

_NUMBERS = "started completed underWay abandoned failed ended successRate p50Seconds p95Seconds"
JOURNEYS = f"""
query Journeys($range: TimeRange!) {{
  launchMetrics(range: $range) {{
    at
    journeys {{
      key title {_NUMBERS} targetSeconds inTimeRate
      steps {{ key title entered completed stalled medianSeconds }}
      breakdown {{ vendorType {_NUMBERS} }}
    }}
  }}
}}
"""
COLUMNS = (
    *("journey", "started", "completed", "under way", "abandoned", "failed"),
    *("of ended", "half in", "95 % in", ""),
)
STEPS = ("step", "came", "did it", "stand still", "half in")
_NOTHING = "\u2013"

Vendors = Annotated[bool, typer.Option("--by-vendor", help="Break down by vendor type.")]


def journeys(
    window: How = Range.LAST_24H,
    by_vendor: Vendors = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show how many completed each journey, how long it took, and where people stop."""
    data = connect(url, token).ask(JOURNEYS, range=window.name)["launchMetrics"]
    if as_json:
        show_json(data["journeys"])
        return
    title = f"who began: {window.value}, at {data['at'][:19]}"
    show(table(COLUMNS, rows(data["journeys"], by_vendor=by_vendor), title=title))
    for journey in data["journeys"]:
        show(table(STEPS, map(_step, journey["steps"]), title=journey["title"]))


def rows(journeys: list[Data], *, by_vendor: bool = False) -> list[tuple[object, ...]]:
    """The rows of the table; a dash where there is no data."""
    lines = []
    for journey in journeys:
        target = journey["targetSeconds"]
        lines.append((*_numbers(journey["title"], journey), f"target {duration(target)}"))
        if by_vendor:
            for part in journey["breakdown"]:
                name = (part["vendorType"] or "not said").lower()
                lines.append((*_numbers(f"  {name}", part), ""))
    return lines


def duration(seconds: float | None) -> str:
    """A duration for people."""
    if seconds is None:
        return _NOTHING
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.1f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _numbers(title: str, journey: Data) -> tuple[object, ...]:
    rate = journey["successRate"]
    return (
        title,
        journey["started"],
        journey["completed"],
        journey["underWay"],
        journey["abandoned"],
        journey["failed"],
        _NOTHING if rate is None else f"{rate:g} % of {journey['ended']}",
        duration(journey["p50Seconds"]),
        duration(journey["p95Seconds"]),
    )


def _step(step: Data) -> tuple[object, ...]:
    return (
        step["title"],
        step["entered"],
        step["completed"],
        step["stalled"],
        duration(step["medianSeconds"]),
    )
