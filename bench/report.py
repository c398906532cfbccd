"""The report: a table for people, JSON for machines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Section:
    """What one benchmark gave; `failed` says why it gave nothing."""

    name: str
    title: str
    figures: Sequence[Figure]
    failed: str | None = None


def show(console: Console, head: Mapping[str, str], sections: Sequence[Section]) -> None:
    """Print the head and one table for all."""
    for label, text in head.items():
        console.print(f"[bold]{label:12}[/] {text}", highlight=False)
    table = Table(header_style="bold")
    table.add_column("", min_width=30)
    for label in ("n", "min", "median", "p99", "max"):
        table.add_column(label, justify="right", no_wrap=True)
    for label in ("unit", "target", "met"):
        table.add_column(label, no_wrap=True)
    for section in sections:
        table.add_section()
        table.add_row(f"[bold]{section.title}[/]")
        for item in section.figures:
            table.add_row(*_cells(item))
    console.print(table)
    for section in sections:
        if section.failed:
            console.print(f"{section.name} failed: {section.failed}", style="red", markup=False)


def write(path: Path, head: Mapping[str, str], sections: Sequence[Section]) -> None:
    """The same as JSON."""
    benchmarks = [
        {
            "name": section.name,
            "title": section.title,
            "failed": section.failed,
            "figures": [{**asdict(item), "met": item.met} for item in section.figures],
        }
        for section in sections
    ]
    path.write_text(json.dumps({"head": dict(head), "benchmarks": benchmarks}, indent=2) + "\n")


def _cells(item: Figure) -> tuple[str, ...]:
    met = {None: "", True: "[green]yes[/]", False: "[bold red]no[/]"}[item.met]
    shown: tuple[str, ...]
    values = (item.low, item.p50, item.p99, item.high)
    if item.count == 1:
        shown = ("", number(item.p50), "", "")
    else:
        shown = tuple(number(value) for value in values)
    return (item.name, f"{item.count:,}", *shown, item.unit, item.target, met)


def number(value: float) -> str:
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
