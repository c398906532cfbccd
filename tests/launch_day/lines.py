"""What a launch day comes to: one line for each thing that was compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """AGREES: what was seen is what was claimed, or what was promised."""

    AGREES = "agrees"
    CONTRADICTS = "CONTRADICTS"
    BROKEN = "BROKEN PROMISE"
    NOT_JUDGED = "not judged"


class Exit(IntEnum):
    """Exit codes of a launch day."""

    GOOD = 0
    BAD = 1
    TOO_SLOW = 3


@dataclass(frozen=True, slots=True)
class Line:
    """`seen` is what the driver measured, `claimed` what the product says of the same."""

    topic: str
    name: str
    seen: str
    claimed: str
    verdict: Verdict


def agree(topic: str, name: str, seen: str, claimed: str, *, holds: bool) -> Line:
    """Two accounts of the same: one of them is wrong where they differ."""
    verdict = Verdict.AGREES if holds else Verdict.CONTRADICTS
    return Line(topic, name, seen, claimed, verdict)


def promise(name: str, seen: float | None, limit: float, *, judged: bool) -> Line:
    """Seconds against a promise; `judged` False where the driver itself was too slow to tell.

    Within the limit it is kept, whoever was slow. What never came is broken in any case.
    """
    shown = "never" if seen is None else f"{seen:.1f} s"
    if seen is not None and seen <= limit:
        verdict = Verdict.AGREES
    elif judged or seen is None:
        verdict = Verdict.BROKEN
    else:
        verdict = Verdict.NOT_JUDGED
    return Line("promises", name, shown, f"within {limit:g} s", verdict)


def exit_code(lines: Iterable[Line]) -> Exit:
    """BAD for any contradiction or broken promise, else TOO_SLOW where one was not judged."""
    verdicts = {line.verdict for line in lines}
    if verdicts & {Verdict.CONTRADICTS, Verdict.BROKEN}:
        return Exit.BAD
    return Exit.TOO_SLOW if Verdict.NOT_JUDGED in verdicts else Exit.GOOD
