"""What was sent against what arrived: events on the streams, alerts, e-mails (S99, S108)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.launch_day.lines import Line, Verdict, agree

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Losses:
    """Between a log and what somebody read of it."""

    missed: int
    doubled: int
    disordered: int


def losses(log: Sequence[str], heard: Sequence[str]) -> Losses:
    """Cursors against cursors; what was heard and is not in the log counts as doubled."""
    places = {cursor: place for place, cursor in enumerate(log)}
    counted = Counter(heard)
    positions = [places[cursor] for cursor in heard if cursor in places]
    return Losses(
        missed=sum(cursor not in counted for cursor in log),
        doubled=len(heard) - len(counted) + sum(cursor not in places for cursor in counted),
        disordered=sum(later < earlier for earlier, later in pairwise(positions)),
    )


def up_to(last: Sequence[str], heard: Sequence[str]) -> Sequence[str]:
    """What was heard until the last of the log, where that was heard; the log may have gone on."""
    ends = [place for place, cursor in enumerate(heard, 1) if cursor in last]
    return heard[: ends[0]] if ends else heard


def events(log: Sequence[str], readers: Sequence[Sequence[str]], lives: int, gaps: int) -> Line:
    """`lives`: connections that the readers have had together."""
    losses_by_reader = [losses(log, heard) for heard in readers]
    missed, doubled = (
        sum(each.missed for each in losses_by_reader),
        sum(each.doubled for each in losses_by_reader),
    )
    disordered = sum(each.disordered for each in losses_by_reader)
    seen = (
        f"{len(readers)} readers over {lives} connections: {missed} missed, {doubled} doubled, "
        f"{disordered} out of order, {gaps} gaps"
    )
    holds = not (missed or doubled or disordered or gaps)
    return agree("deliveries", "events on the streams", seen, f"{len(log)} in the log", holds=holds)


def same(name: str, sent: Sequence[str], arrived: Sequence[str]) -> Line:
    """Two lists of the same things in any order, each as often as in the other."""
    missed, doubled = Counter(sent) - Counter(arrived), Counter(arrived) - Counter(sent)
    if not missed and not doubled:
        return agree("deliveries", name, f"{len(arrived)} arrived", "the same", holds=True)
    return Line(
        "deliveries",
        name,
        f"{len(arrived)} arrived; not claimed: {_some(doubled)}",
        f"{len(sent)} delivered; never arrived: {_some(missed)}",
        Verdict.CONTRADICTS,
    )


def _some(numbers: Mapping[str, int]) -> str:
    shown = [f"{text} ({number})" for text, number in list(numbers.items())[:_SHOWN]]
    more = len(numbers) - len(shown)
    return "; ".join(shown + ([f"{more} more"] if more > 0 else [])) or "none"
