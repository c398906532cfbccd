"""Who has a version of the flag set, and how long that took (X5, S97; ADR on receipts).

Every moment in here is a number of milliseconds on one clock that all processes share.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.platform.text_format import counted

BUDGET = timedelta(seconds=30)
RESOLUTION_MS = 10


@dataclass(frozen=True, slots=True)
class Receipt:
    """The report of one process about one flag set version that it serves.

    `clients` are the live streams that have it or still wait for it; `delays` says how many got
    it in which step of RESOLUTION_MS after `served_ms`. `lost`: streams whose connection broke
    before they had it. `initial`: the process started with it.
    """

    process: str
    version: int
    served_ms: int
    clients: int = 0
    delays: Mapping[int, int] = field(default_factory=dict)
    confirmed: int = 0
    initial: bool = False
    lost: int = 0

    @property
    def handed(self) -> int:
        """How many of its clients have it."""
        return sum(self.delays.values())


class Presence(NamedTuple):
    """Whether a process still answers, and how many streams it had when it did so last."""

    streams: int
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """When a version was committed: by the author's wall clock, and on the shared clock."""

    at: datetime
    ms: int | None = None


@dataclass(frozen=True, slots=True)
class Propagation:
    """How far a version has come.

    Unknown are those that were live when the change was made and have been lost before they had
    it: nobody can say what they show. `slowest_ms` is the slowest of those who have it.
    `within_budget` None: there is still time to make it, or it is not known.
    """

    version: int
    started_at: datetime
    processes: int = 0
    total: int = 0
    acked: int = 0
    confirmed: int = 0
    p95_ms: int | None = None
    complete_ms: int | None = None
    complete: bool = False
    slowest: str | None = None
    within_budget: bool | None = None
    unknown_processes: int = 0
    unknown_streams: int = 0
    p99_ms: int | None = None
    slowest_ms: int | None = None
    commit_ms: int | None = None

    @property
    def unknown(self) -> int:
        """The number of receivers whose state is unknown."""
        return self.unknown_processes + self.unknown_streams

    @property
    def waiting(self) -> int:
        """How many receivers are known to be without it."""
        return self.total - self.acked - self.unknown


@dataclass(frozen=True, slots=True)
class Part:
    """What one process says of a version. `lost`: streams of it that broke off without it."""

    process: str
    clients: int
    receipt: Receipt | None
    answers: bool = True
    lost: int = 0

    @property
    def acked(self) -> int:
        """It and its streams that have the version."""
        return 1 + self.receipt.handed if self.receipt else 0

    @property
    def total(self) -> int:
        """It and all its streams."""
        return 1 + self.clients + self.lost

    @property
    def unknown_processes(self) -> int:
        """1 if it stopped sending heartbeats before it had the version."""
        return int(self.receipt is None and not self.answers)

    @property
    def unknown_streams(self) -> int:
        """Its streams for which it is unknown whether they have the version."""
        return self.lost if self.answers else self.total - self.acked - self.unknown_processes

    @property
    def waiting(self) -> int:
        """It and its streams that are known to be without the version."""
        return self.total - self.acked - self.unknown_processes - self.unknown_streams


def merge(
    version: int,
    start: Start,
    receipts: Iterable[Receipt],
    roster: Mapping[str, Presence],
    *,
    is_known: bool,
    now: datetime,
) -> Propagation:
    """Put what every process says together.

    `roster` holds the processes that were live when the change was made, or have come since.
    `is_known` False: others could not be asked, so nothing is complete.
    """
    parts = parts_of(version, receipts, roster)
    delays = _delays(parts, start)
    complete = is_known and bool(parts) and all(part.acked == part.total for part in parts)
    slowest_ms = max(delays, default=None)
    complete_ms = (slowest_ms or 0) if complete else None
    waiting = sum(part.waiting for part in parts)
    return Propagation(
        version=version,
        started_at=start.at,
        processes=len(parts),
        total=sum(part.total for part in parts),
        acked=sum(part.acked for part in parts),
        confirmed=sum(part.receipt.confirmed for part in parts if part.receipt),
        p95_ms=percentile(delays, 95),
        complete_ms=complete_ms,
        complete=complete,
        slowest=_slowest(parts, start),
        within_budget=within_budget(complete_ms, slowest_ms, waiting, now - start.at),
        unknown_processes=sum(part.unknown_processes for part in parts),
        unknown_streams=sum(part.unknown_streams for part in parts),
        p99_ms=percentile(delays, 99),
        slowest_ms=slowest_ms,
    )


def within_budget(
    complete_ms: int | None, slowest_ms: int | None, waiting: int, age: timedelta
) -> bool | None:
    """Whether everybody had it within 30 s (S97); None while that can happen, or is not known."""
    slowest = slowest_ms if complete_ms is None else complete_ms
    if slowest is not None and timedelta(milliseconds=slowest) > BUDGET:
        return False
    if complete_ms is not None:
        return True
    return False if waiting and age > BUDGET else None


def unknown_text(processes: int, streams: int) -> str | None:
    """Such as `unknown: 1 process, 2 streams`; None where nothing is unknown."""
    parts = (counted(processes, "process", "processes"), counted(streams, "stream"))
    texts = [text for number, text in zip((processes, streams), parts, strict=True) if number]
    return f"unknown: {', '.join(texts)}" if texts else None


def percentile(delays: Mapping[int, int], percent: int) -> int | None:
    """The smallest delay that so many percent of the receivers did not exceed."""
    rank = -(-sum(delays.values()) * percent // 100)
    for delay in sorted(delays):
        rank -= delays[delay]
        if rank <= 0:
            return delay
    return None


def parts_of(
    version: int, receipts: Iterable[Receipt], roster: Mapping[str, Presence]
) -> list[Part]:
    """One for each process that counts: those of the roster, and those that had it."""
    best: dict[str, Receipt] = {}
    for receipt in sorted(receipts, key=lambda item: -item.version):
        if receipt.version >= version:
            best[receipt.process] = receipt
    missing = [
        Part(name, presence.streams, None, presence.answers)
        for name, presence in roster.items()
        if name not in best
    ]
    return sorted([*missing, *(_part(item, roster) for item in best.values())], key=_name)


def _part(receipt: Receipt, roster: Mapping[str, Presence]) -> Part:
    answers = receipt.process in roster and roster[receipt.process].answers
    return Part(receipt.process, receipt.clients, receipt, answers, receipt.lost)


def _name(part: Part) -> str:
    return part.process


def _is_lost(part: Part) -> bool:
    return not part.answers


def _delays(parts: Sequence[Part], start: Start) -> Counter[int]:
    begin = _begin_ms(parts, start)
    delays: Counter[int] = Counter()
    for part in parts:
        if part.receipt is not None and not part.receipt.initial:
            delays.update(_delays_of_receipt(part.receipt, begin))
    return delays


def _delays_of_receipt(receipt: Receipt, begin: int) -> Counter[int]:
    served = max(receipt.served_ms - begin, 0)
    delays = Counter({served: 1})
    for step, clients in receipt.delays.items():
        delays[served + step * RESOLUTION_MS] += clients
    return delays


def _begin_ms(parts: Sequence[Part], start: Start) -> int:
    """Without an announced commit time, it starts when the first process served it."""
    if start.ms is not None:
        return start.ms
    return min((part.receipt.served_ms for part in parts if part.receipt), default=0)


def _slowest(parts: Sequence[Part], start: Start) -> str | None:
    """The process that is missing or lost; once all have the version, the slowest one."""
    missing = sorted((part for part in parts if part.receipt is None), key=_is_lost)
    if missing:
        return missing[0].process
    waiting = [part for part in parts if part.acked < part.total]
    if waiting:
        most = max(waiting, key=lambda part: part.total - part.acked)
        return f"clients of {most.process}"
    begin = _begin_ms(parts, start)
    last = [
        (max(_delays_of_receipt(part.receipt, begin)), bool(part.receipt.delays), part.process)
        for part in parts
        if part.receipt is not None and not part.receipt.initial
    ]
    if not last:
        return None
    _, has_clients, process = max(last)
    return f"a client of {process}" if has_clients else process
