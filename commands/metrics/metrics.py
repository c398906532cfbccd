"""`launch metrics`: the four metric cards of the dashboard (S78, S79)."""

from enum import Enum
from typing import Annotated

import typer

from commands.shared.client import Json as Data
from commands.shared.client import connect
from commands.shared.options import Json, Token, Url
from commands.shared.output import show, show_json, table

CARD = "key title value unit previous changePercent trend improving"
METRICS = f"""
query Metrics($range: TimeRange!) {{
  launchMetrics(range: $range) {{
    at range
    signups {{ {CARD} }} connections {{ {CARD} }}
    averageResponseTime {{ {CARD} }} errorRate {{ {CARD} }}
  }}
}}
"""
CARDS = ("signups", "connections", "averageResponseTime", "errorRate")
COLUMNS = ("", "now", "before", "change", "")
_NOTHING = "\u2013"
_ARROWS = {"UP": "↑", "DOWN": "↓", "FLAT": "→"}
_VERDICTS = {True: "better", False: "worse", None: ""}


class Range(Enum):
    """The time ranges, as typed on the command line."""

    LAST_1H = "1h"
    LAST_24H = "24h"
    LAST_7D = "7d"
    LAST_30D = "30d"
    CURRENT_PHASE = "phase"


How = Annotated[
    Range, typer.Option("--range", help="The time range; phase: since the active phase began.")
]


def metrics(
    window: How = Range.LAST_24H, as_json: Json = False, url: Url = None, token: Token = None
) -> None:
    """Show sign-ups, connections, response time and error rate, with the previous window."""
    data = connect(url, token).ask(METRICS, range=window.name)["launchMetrics"]
    if as_json:
        show_json(data)
    else:
        show(table(COLUMNS, rows(data), title=f"{window.value}, at {data['at'][:19]}"))


def rows(data: Data) -> list[tuple[object, ...]]:
    """The rows of the table; a dash where nothing was measured."""
    return [_row(data[name]) for name in CARDS]


def _row(card: Data) -> tuple[object, ...]:
    return (
        card["title"],
        _number(card["value"], card["unit"]),
        _number(card["previous"], card["unit"]),
        _change(card["changePercent"], card["trend"]),
        _VERDICTS[card["improving"]],
    )


def _change(percent: float | None, trend: str) -> str:
    return "" if percent is None else f"{_ARROWS[trend]} {percent:+.1f} %"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return _NOTHING
    return f"{value:.1f} {unit}" if unit else f"{value:g}"
