"""One page that says what the day came to, for who decides whether to launch."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from tests.launch_day.lines import Exit, Line, Verdict, exit_code

_MARKS = {
    Verdict.AGREES: "ok",
    Verdict.CONTRADICTS: "!!",
    Verdict.BROKEN: "!!",
    Verdict.NOT_JUDGED: "??",
}
_WORDS = {
    Exit.GOOD: "the product told the truth",
    Exit.BAD: "do not trust it yet",
    Exit.TOO_SLOW: "no contradiction, but not everything could be judged",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of the page: how big the day was, on what machine."""

    seconds: float
    facts: Sequence[str]
    happened: Sequence[tuple[float, str]]
    lag: float
    load: float


def page(summary: Summary, lines: Sequence[Line]) -> str:
    """All of it; the last line sums it up."""
    return "\n".join(
        [
            "LAUNCH DAY",
            *(f"  {fact}" for fact in summary.facts),
            "",
            "WHAT HAPPENED",
            *(f"  {at:6.1f} s  {what}" for at, what in summary.happened),
            *_tables(lines),
            "",
            last_line(summary, lines),
        ]
    )


def last_line(summary: Summary, lines: Sequence[Line]) -> str:
    """For a note: verdict, numbers, the machine."""
    counts = Counter(line.verdict for line in lines)
    parts = [f"{counts[Verdict.AGREES]} of {len(lines)} agree"]
    parts += [f"{counts[v]} {v.lower()}" for v in tuple(Verdict)[1:] if counts[v]]
    return (
        f"launch day, {summary.seconds:.0f} s: {_WORDS[exit_code(lines)]}: {', '.join(parts)} "
        f"(driver at most {summary.lag:.2f} s late, load {summary.load:.1f})"
    )


def _tables(lines: Iterable[Line]) -> list[str]:
    lines_of_page: list[str] = []
    for topic, group in groupby(lines, key=lambda line: line.topic):
        lines_of_page += ["", topic.upper()]
        for line in group:
            lines_of_page.append(f"  {_MARKS[line.verdict]}  {line.name}")
            if line.verdict is Verdict.AGREES:
                lines_of_page[-1] += f": {line.seen}; {line.claimed}"
            else:
                lines_of_page += [
                    f"        {line.verdict}",
                    f"        seen:    {line.seen}",
                    f"        claimed: {line.claimed}",
                ]
    return lines_of_page
