"""`python -m bench [names...] [--json file] [--quick]`."""

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

from bench import report
from bench.catalogue import BENCHMARKS
from bench.machine import Cores, allow_many_sockets, choose_cores, describe, pin
from bench.peers import versions
from bench.report import Section
from bench.run import Benchmark, Run

_WIDTH = 130  # of a report that goes to a file
_INTERRUPTED = 130  # as shells have it for SIGINT
_NAMES = ", ".join(item.name for item in BENCHMARKS)


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {_NAMES}; none: all.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write it there too.")] = None,
    quick: Annotated[bool, typer.Option(help="A twentieth of it: tries the runner out.")] = False,
) -> None:
    """Measure, and compare with the targets. After Ctrl-C: what was measured so far."""
    chosen = _chosen(names or [])
    signal.signal(signal.SIGTERM, _interrupt)
    allow_many_sockets()
    cores, console = choose_cores(), Console(stderr=True)
    head = {**describe(cores), "peers": versions()}
    pin(0, cores.rest)
    sections, is_whole = list[Section](), False
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, suppress(KeyboardInterrupt):
        for section in _run_all(chosen, Path(folder), cores, quick=quick, console=console):
            sections.append(section)
        is_whole = True
    out = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    report.show(out, head, sections)
    if json_file is not None:
        report.write(json_file, head, sections)
    sys.exit(any(section.failed for section in sections) if is_whole else _INTERRUPTED)


def _chosen(names: Sequence[str]) -> list[Benchmark]:
    unknown = set(names) - {item.name for item in BENCHMARKS}
    if unknown:
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; there are {_NAMES}")
    return [item for item in BENCHMARKS if not names or item.name in names]


def _run_all(
    chosen: Sequence[Benchmark], folder: Path, cores: Cores, *, quick: bool, console: Console
) -> Iterator[Section]:
    bar = Progress(
        SpinnerColumn(),
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("", total=len(chosen))
        for item in chosen:

            def tell(text: str, name: str = item.name) -> None:
                bar.update(task, description=f"{name}: {text}")

            begin = monotonic()
            error = _run_one(item, Run(folder, cores, quick, tell))
            bar.advance(task)
            done = error.failed or f"done in {monotonic() - begin:.0f} s"
            console.print(f"{item.name}: {done}", markup=False)
            yield error


def _run_one(item: Benchmark, run: Run) -> Section:
    """One that fails takes no other with it."""
    figures = []
    try:
        for measured in item.measure(run):
            figures.append(measured)
    except Exception as error:
        return Section(item.name, item.title, figures, f"{type(error).__name__}: {error}")
    return Section(item.name, item.title, figures)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    typer.run(main)
